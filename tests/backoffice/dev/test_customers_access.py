"""Who may call S4's customers (s4 §1; where-they-meet.md, "Who speaks")."""

from typing import Any

import pytest

from tests.backoffice.dev.wire import CUSTOMERS, JANE, message, staff_api
from tests.builders import a_customer
from tests.cast import Api, World
from tests.dialects.traces import latest_events, written
from tests.members import a_member

READS, WRITES = ("list", "get", "export"), ("post", "put", "delete")


def _everything(api: Api, contact_id: object) -> dict[str, Any]:
    """One call of every route, by its name."""
    return {
        "list": api.get(CUSTOMERS), "get": api.get(f"{CUSTOMERS}/{contact_id}"),
        "export": api.get(f"{CUSTOMERS}/export"), "post": api.post(CUSTOMERS, JANE),
        "put": api.put(f"{CUSTOMERS}/{contact_id}", {"name": "Changed"}),
        "delete": api.delete(f"{CUSTOMERS}/{contact_id}"),
    }  # fmt: skip


def _refused(answers: dict[str, Any]) -> set[str]:
    """What was refused as not permitted; all else must have been done."""
    refused = {name for name, answer in answers.items() if answer.status_code == 403}
    assert {answer.status_code for name, answer in answers.items() if name not in refused} <= {200, 201}
    return refused


@pytest.mark.parametrize(
    ("role", "refused"), [("owner", ()), ("manager", ()), ("agent", ()), ("analyst", WRITES)]
)  # fmt: skip
def test_staff_do_what_their_role_says(acme: World, role: str, refused: tuple[str, ...]) -> None:
    assert _refused(_everything(staff_api(acme, role), a_customer(acme))) == set(refused)


@pytest.mark.parametrize(
    ("permissions", "refused"),
    [(("read",), WRITES), (("write",), READS), (("auth:members:read",), WRITES), (("auth:members:write",), READS),
     (("auth:members:read", "auth:members:write"), ()), (("crm:listings:read", "crm:listings:write"), READS + WRITES)],
)  # fmt: skip
def test_a_key_does_what_its_permissions_say(
    acme: World, permissions: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    assert _refused(_everything(acme.key_with(*permissions), a_customer(acme))) == set(refused)


def test_members_and_apps_are_refused(acme: World) -> None:
    member, before = a_member(acme), written(acme)
    for api in (member.api, Api(acme.publishable_key)):
        assert _refused(_everything(api, member.id)) == {*READS, *WRITES}
    assert written(acme) == before


@pytest.mark.parametrize("key", [None, "nonsense", "YOUR_API_KEY"])
def test_without_a_good_key_there_is_401(acme: World, key: str | None) -> None:
    for answer in _everything(Api(key), a_customer(acme)).values():
        assert message(answer, 401) == "Invalid or missing API key"


def test_staff_of_another_organisation_see_nobody(acme: World, rival: World) -> None:
    contact_id = a_customer(acme)
    stranger = staff_api(rival, "owner")
    assert stranger.get(f"{CUSTOMERS}/{contact_id}").status_code == 404
    assert stranger.get(CUSTOMERS).json()["data"] == []


def test_what_staff_do_is_told_as_theirs(acme: World) -> None:
    staff_api(acme, "agent").post(CUSTOMERS, JANE)
    (event,) = latest_events(acme, "customer.created")
    assert (event.actor_kind, event.actor_id) == ("staff", str(acme.staff["agent"].pk))

"""Wi-Fi: one device of a person, until they sign out or a day is over (s2 §B3)."""

from datetime import timedelta
from typing import Any

import pytest

from crm.contacts.models import WifiAuthorisation
from crm.contacts.services import merge_contacts
from crm.contacts.services import wifi as wifi_services
from crm.kernel.clock import now
from crm.organisations.services import move_test_clock
from tests.builders import a_customer
from tests.cast import World
from tests.dialects.ways import NOBODY
from tests.members import BASE, a_member, app
from tests.selfservice.v1.test_sign_in import refused

DEVICE = {"mac_address": "01-23-45-67-89-AB", "estimation_id": "e-1", "site_id": "s-1"}
OTHER = {**DEVICE, "mac_address": "01-23-45-67-89-CD"}


def authorise(world: World, contact_id: Any, body: Any = DEVICE, path: str = "authorization") -> Any:
    return app(world).post(f"{BASE}/contacts/{contact_id}/wifi/{path}", body)


def let_in(world: World) -> list[str]:
    with world.scope():
        rows = WifiAuthorisation.objects.filter(ended_at=None, expires_at__gt=now())
        return list(rows.values_list("mac_address", flat=True))


@pytest.mark.parametrize("path", ["authorization", "authorize"])
def test_a_device_is_let_in(acme: World, path: str) -> None:
    answer = authorise(acme, a_customer(acme), path=path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert let_in(acme) == ["01-23-45-67-89-AB"]


def test_the_documents_example_names_the_site_otherwise(acme: World) -> None:
    body = {"mac_address": "0123456789ab", "estimation_id": "e-1", "integration_id": "i-1"}
    assert authorise(acme, a_customer(acme), body).status_code == 200
    with acme.scope():
        assert WifiAuthorisation.objects.get().site_id == "i-1"


def test_the_same_device_again_is_no_second_one(acme: World) -> None:
    contact_id = a_customer(acme)
    assert {authorise(acme, contact_id).status_code for _ in range(2)} == {200}
    assert len(let_in(acme)) == 1


def test_another_device_is_refused_while_one_is_in(acme: World) -> None:
    contact_id = a_customer(acme)
    authorise(acme, contact_id)
    refused(authorise(acme, contact_id, OTHER), 400, "CLIENTALREADYAUTHORIZED")
    assert let_in(acme) == ["01-23-45-67-89-AB"]


def test_after_a_day_another_device_is_let_in(rehearsal: World) -> None:
    contact_id = a_customer(rehearsal)
    authorise(rehearsal, contact_id)
    with rehearsal.scope():
        move_test_clock(to=now() + timedelta(hours=24, seconds=1))
    assert let_in(rehearsal) == []
    assert authorise(rehearsal, contact_id, OTHER).status_code == 200
    assert let_in(rehearsal) == ["01-23-45-67-89-CD"]


def test_who_signs_out_is_let_in_no_more(acme: World) -> None:
    member = a_member(acme)
    authorise(acme, member.id)
    member.api.post(f"{member.path}/sign_out")
    assert let_in(acme) == []
    assert authorise(acme, member.id, OTHER).status_code == 200


def test_whose_device_it_was_before_a_merge_is_let_in_anew(acme: World) -> None:
    winner, loser = a_customer(acme), a_customer(acme)
    for contact_id in (winner, loser):
        authorise(acme, contact_id)
    with acme.scope():
        merge_contacts(winner_id=winner, loser_ids=[loser])
        assert WifiAuthorisation.objects.get(ended_at=None).contact_id == winner


@pytest.mark.parametrize("who", ["unknown", "foreign", "blocked", "nonsense"])
def test_nobody_else_is_let_in(acme: World, rival: World, who: str) -> None:
    contact_id = {
        "unknown": lambda: NOBODY, "foreign": lambda: a_customer(rival), "nonsense": lambda: "x",
        "blocked": lambda: a_customer(acme, status="blocked"),
    }[who]()  # fmt: skip
    refused(authorise(acme, contact_id), 404, "NOTFOUND")


@pytest.mark.parametrize("missing", sorted(DEVICE))
def test_what_is_missing_is_named(acme: World, missing: str) -> None:
    body = {name: value for name, value in DEVICE.items() if name != missing}
    assert refused(authorise(acme, a_customer(acme), body), 400, "MANDATORYPARAMETER") == [missing]


def test_a_network_that_is_attached_is_told(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str]] = []

    class Gateway:
        def let_in(self, authorisation: WifiAuthorisation) -> None:
            told.append(("in", authorisation.mac_address))

        def shut_out(self, authorisation: WifiAuthorisation) -> None:
            told.append(("out", authorisation.mac_address))

    monkeypatch.setattr(wifi_services, "_gateway", Gateway())
    member = a_member(acme)
    authorise(acme, member.id)
    member.api.post(f"{member.path}/sign_out")
    assert told == [("in", "01-23-45-67-89-AB"), ("out", "01-23-45-67-89-AB")]

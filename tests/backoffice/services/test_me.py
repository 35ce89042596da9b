"""S1 `/members/me`: a member's own record (s1 §2)."""

from typing import Any

import pytest

from tests.backoffice.services.wire import (
    AUTH,
    ME,
    MEMBERS,
    Visitor,
    a_signed_in_member,
    complaints,
    data,
    error,
    staff_api,
)
from tests.builders import a_customer, stored
from tests.cast import Api, World
from tests.dialects.traces import latest_events, written
from tests.members import a_member


@pytest.fixture
def ann(acme: World) -> Visitor:
    return a_signed_in_member(acme, name="Ann Lee", email="ann@example.com")


def test_a_member_reads_the_record_that_staff_read(acme: World, ann: Visitor) -> None:
    assert data(ann.api.get(ME)) == data(acme.api.get(f"{MEMBERS}/{ann.id}"))


def test_who_registered_in_the_app_is_known_here(acme: World) -> None:
    member = a_member(acme, "registered@example.com")
    assert data(member.api.get(ME))["id"] == member.id
    assert data(member.api.post(f"{AUTH}/logout"))
    assert member.api.get(ME).status_code == 401


def test_a_member_changes_what_is_theirs(acme: World, ann: Visitor) -> None:
    sent = {
        "name": "Anna Lee", "gender": "female", "dateOfBirth": "1990-05-17", "phone": "+35799123834", "language": "th",
        "emailOptOut": True, "smsOptOut": True,
    }  # fmt: skip
    before = data(ann.api.get(ME))
    after = data(ann.api.patch(ME, sent))
    assert after == {**before, **sent, "firstName": "Anna", "updatedAt": after["updatedAt"]}
    event = latest_events(acme, "contact.updated")[-1]
    assert (event.actor_kind, event.actor_id) == ("member", str(ann.id))


@pytest.mark.parametrize("choice", ["true", "false"])
def test_a_form_is_read_as_well(ann: Visitor, choice: str) -> None:
    body = f'--x\r\nContent-Disposition: form-data; name="emailOptOut"\r\n\r\n{choice}\r\n--x--\r\n'
    answer = ann.api.patch(ME, body, content_type="multipart/form-data; boundary=x")
    assert data(answer)["emailOptOut"] is (choice == "true")


@pytest.mark.parametrize(
    "sent",
    [{"email": "new@example.com"}, {"isActive": False}, {"status": "blocked"}, {"tier": "gold"}, {"pointAmount": 9},
     {"id": "x"}, {"customFields": {}}, {"notes": "vip"}, {"firstName": "Anna"}, {"email_opt_out": True}],
)  # fmt: skip
def test_nothing_else_is_theirs_to_write(acme: World, ann: Visitor, sent: dict[str, Any]) -> None:
    before = written(acme)
    assert complaints(ann.api.patch(ME, {"language": "th", **sent})) == dict.fromkeys(sent, "Unknown field.")
    assert (written(acme), stored(acme, ann.id).contact.language) == (before, "")


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"name": ""}, "name"), ({"phone": "x"}, "phone"), ({"gender": "cat"}, "gender"),
     ({"dateOfBirth": "yesterday"}, "dateOfBirth"), ({"emailOptOut": None}, "emailOptOut"), ([], "body")],
)  # fmt: skip
def test_a_bad_value_is_told_at_its_field(ann: Visitor, sent: Any, field: str) -> None:
    assert set(complaints(ann.api.patch(ME, sent))) == {field}


def test_who_has_no_e_mail_keeps_their_phone(acme: World) -> None:
    member = a_signed_in_member(acme, email=None, phone="+35799123834")
    assert set(complaints(member.api.patch(ME, {"phone": None}))) == {"email"}


def test_nobody_else_is_me(acme: World) -> None:
    a_customer(acme)
    for api in (staff_api(acme, "owner"), acme.api):
        assert error(api.get(ME), 403)
        assert error(api.patch(ME, {"name": "Changed"}), 403)
    for api in (Api(acme.publishable_key), Api(None)):
        assert error(api.get(ME), 401)


def test_me_is_not_deleted_here(ann: Visitor) -> None:
    answer = ann.api.delete(ME)
    assert (answer.status_code, set(answer["Allow"].split(", "))) == (405, {"GET", "HEAD", "PATCH"})

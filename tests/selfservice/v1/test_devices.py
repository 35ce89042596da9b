"""S2 `/contacts/{id}/devices`: the phones on which one has the app."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.contacts.models import PushDevice
from crm.contacts.models.push_device import MOST_DEVICES
from crm.contacts.services import delete_contact, merge_contacts
from crm.kernel.audit import events_about
from crm.kernel.models import Event
from crm.kernel.sealing import unseal
from tests.builders import a_push_device
from tests.cast import Cast, World
from tests.members import BASE, Member, a_member

pytestmark = pytest.mark.django_db
TOKEN = "the-token-of-the-phone"
PHONE: dict[str, Any] = {"serial_number": "S-1", "registration_type": "FCM", "registration_token": TOKEN}


@pytest.fixture
def ann(acme: World) -> Member:
    return a_member(acme)


@pytest.fixture
def ben(acme: World) -> Member:
    return a_member(acme, "ben@example.com")


def register(member: Member, **more: Any) -> Any:
    return member.api.post(f"{member.path}/devices", {**PHONE, **more})


def listed(member: Member, **query: Any) -> Any:
    answer = member.api.get(f"{member.path}/devices", **query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def serials(member: Member) -> list[str]:
    return [one["serial_number"] for one in listed(member)["content"]]


def events(member: Member) -> list[str]:
    with member.world.scope():
        names = [event.name for event in events_about("contact", UUID(member.id))]
    return [name for name in names if name.startswith("device.")]


def test_a_device_is_registered_and_listed_without_its_token(ann: Member) -> None:
    answer = register(ann)
    assert (answer.status_code, set(answer.json())) == (200, {"id"})
    told = listed(ann)
    (one,) = told["content"]
    assert set(one) == {"id", "serial_number", "registration_type", "created_on", "registered_on"}
    assert (one["id"], one["serial_number"], one["registration_type"]) == (answer.json()["id"], "S-1", "FCM")
    assert told["paging"] == {"page": 1, "size": 10, "total": 1}


def test_the_token_is_kept_sealed_and_told_nowhere(ann: Member) -> None:
    register(ann)
    with ann.world.scope():
        row = PushDevice.objects.get()
        assert unseal(row.wrapped_key, row.sealed_token, context=row.seal_context) == TOKEN
        assert TOKEN not in str(list(PushDevice.objects.values()))
    assert TOKEN not in str(list(Event.objects.values()))
    assert TOKEN not in ann.api.get(f"{ann.path}/devices").content.decode()


def test_a_device_is_there_once_whatever_its_token(ann: Member) -> None:
    first = register(ann).json()["id"]
    assert register(ann, registration_token="another").json()["id"] == first
    with ann.world.scope():
        row = PushDevice.objects.get()
        assert unseal(row.wrapped_key, row.sealed_token, context=row.seal_context) == "another"


def test_a_device_that_another_member_registers_moves_to_them(ann: Member, ben: Member) -> None:
    register(ann)
    register(ben)
    assert (serials(ann), serials(ben)) == ([], ["S-1"])
    assert sorted(events(ann)) == ["device.registered", "device.removed"]
    assert events(ben) == ["device.registered"]


def test_the_other_mode_has_devices_of_its_own(cast: Cast) -> None:
    people = [a_member(world) for world in (cast.acme, cast.rehearsal, cast.rival)]
    for person in people:
        register(person)
    assert [serials(person) for person in people] == [["S-1"]] * 3


def test_a_member_has_so_many_and_no_more(ann: Member, ben: Member) -> None:
    for number in range(MOST_DEVICES):
        a_push_device(ann.world, UUID(ann.id), f"S-{number}")
    a_push_device(ann.world, UUID(ben.id), "of ben".replace(" ", "-"))
    for serial_number in ("one-more", "of-ben"):
        answer = register(ann, serial_number=serial_number)
        assert (answer.status_code, answer.json()["parameters"]) == (400, ["serial_number"])
    assert register(ann, registration_token="new").status_code == 200
    assert serials(ben) == ["of-ben"]
    assert ann.api.delete(f"{ann.path}/devices/S-3").status_code == 200
    assert register(ann, serial_number="one-more").status_code == 200


def test_a_device_is_removed(ann: Member, ben: Member) -> None:
    register(ann)
    assert ben.api.delete(f"{ben.path}/devices/S-1").status_code == 404
    answer = ann.api.delete(f"{ann.path}/devices/S-1")
    assert (answer.status_code, answer.content, serials(ann)) == (200, b"", [])
    again = ann.api.delete(f"{ann.path}/devices/S-1")
    assert (again.status_code, again.json()["error"]) == (404, "CRM.EXCEPTIONS.NOTFOUNDEXCEPTION")


def test_the_list_is_in_pages(ann: Member) -> None:
    for number in range(3):
        a_push_device(ann.world, UUID(ann.id), f"S-{number}")
    told = listed(ann, size=2, page=2)
    assert [one["serial_number"] for one in told["content"]] == ["S-0"]
    assert told["paging"] == {"page": 2, "size": 2, "total": 3}
    assert listed(ann, sort="CREATED_DATE", order="ASC")["content"][0]["serial_number"] == "S-0"


@pytest.mark.parametrize(
    ("values", "field"),
    [({"serial_number": "a/b"}, "serial_number"), ({"serial_number": "ü"}, "serial_number"),
     ({"serial_number": "x" * 101}, "serial_number"), ({"registration_type": "<b>"}, "registration_type"),
     ({"registration_token": ""}, "registration_token"), ({"registration_token": "x" * 4097}, "registration_token")],
)  # fmt: skip
def test_a_wrong_device_is_named(ann: Member, values: dict[str, str], field: str) -> None:
    answer = register(ann, **values)
    assert (answer.status_code, answer.json()["parameters"]) == (400, [field])
    assert serials(ann) == []


@pytest.mark.parametrize("missing", list(PHONE))
def test_all_three_are_needed(ann: Member, missing: str) -> None:
    body = {name: value for name, value in PHONE.items() if name != missing}
    answer = ann.api.post(f"{ann.path}/devices", body)
    assert (answer.status_code, answer.json()["error"]) == (400, "CRM.EXCEPTIONS.MANDATORYPARAMETEREXCEPTION")
    assert answer.json()["parameters"] == [missing]


def test_nobody_reaches_anothers_devices(ann: Member, ben: Member) -> None:
    register(ben)
    for path in (ben.path, f"{BASE}/contacts/{uuid4()}"):
        assert ann.api.get(f"{path}/devices").status_code == 403
        assert ann.api.post(f"{path}/devices", PHONE).status_code == 403
        assert ann.api.delete(f"{path}/devices/S-1").status_code == 403
    assert serials(ben) == ["S-1"]


def test_whoever_leaves_has_no_devices_and_a_merge_brings_them_along(ann: Member, ben: Member) -> None:
    register(ann)
    register(ben, serial_number="S-2")
    with ann.world.scope():
        merge_contacts(winner_id=UUID(ann.id), loser_ids=[UUID(ben.id)])
    assert sorted(serials(ann)) == ["S-1", "S-2"]
    with ann.world.scope():
        delete_contact(contact_id=UUID(ann.id))
        assert not PushDevice.objects.exists()

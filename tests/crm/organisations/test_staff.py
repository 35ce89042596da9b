"""Who works in an organisation, and who may say so."""

from typing import Any

import pytest

from crm.kernel.addresses import BadEmail
from crm.kernel.audit import events_about
from crm.kernel.errors import Invalid
from crm.kernel.ids import new_id
from crm.organisations.errors import LastOwner, OwnRole, StaffExists, StaffNotFound
from crm.organisations.models import Organisation, Staff, User
from crm.organisations.roles import Role
from crm.organisations.selectors import places_of, staff_of_organisation
from crm.organisations.services import add_staff, change_staff
from tests.cast import PASSWORD, World
from tests.crm.acting import as_key, as_person, as_staff

NOT_OWNER = [role for role in Role.values if role != Role.OWNER]


def change(world: World, who: str, /, **values: Any) -> Staff:
    """Change the staff member who had that role at first; the scope is the caller's."""
    return change_staff(staff_id=world.staff[who].id, **values)


def now_is(world: World, role: str) -> tuple[str, bool]:
    row = Staff.objects.get(pk=world.staff[role].pk)
    return row.role, row.is_active


@pytest.mark.parametrize("role", Role.values)
def test_somebody_new_gets_a_sign_in_and_a_place(acme: World, role: str) -> None:
    with acme.scope():
        staff = add_staff(email=" New@Acme.example ", role=role, name="New", password=PASSWORD)
    staff.refresh_from_db()
    assert (staff.role, staff.is_active, staff.organisation_id) == (role, True, acme.organisation.id)
    assert (staff.user.email, staff.user.name, staff.user.is_operator) == ("new@acme.example", "New", False)
    assert staff.user.check_password(PASSWORD)


def test_without_a_password_nobody_can_sign_in_yet(acme: World) -> None:
    with acme.scope():
        assert not add_staff(email="new@acme.example", role="agent").user.has_usable_password()


def test_somebody_who_has_a_sign_in_keeps_name_and_password(acme: World, rival: World) -> None:
    with rival.scope():
        staff = add_staff(email="AGENT@acme.example", role="manager", name="Impostor", password="another one")
    user = User.objects.get(email="agent@acme.example")
    assert staff.user == user == acme.staff["agent"].user
    assert user.name == "Agent"
    assert user.check_password(PASSWORD)
    assert [place.organisation_id for place in places_of(user)] == [acme.organisation.id, rival.organisation.id]


def test_adding_is_recorded(acme: World) -> None:
    with acme.scope():
        staff = add_staff(email="new@acme.example", role="agent")
        (event,) = events_about("staff", staff.id)
    assert (event.name, event.payload) == ("staff.added", {"staff_id": str(staff.id), "role": "agent"})


@pytest.mark.parametrize("email", ["agent@acme.example", "AGENT@ACME.example "])
def test_nobody_has_two_places_in_one_organisation(acme: World, email: str) -> None:
    with acme.scope(), pytest.raises(StaffExists) as refusal:
        add_staff(email=email, role="owner")
    assert refusal.value.field == "email"
    assert now_is(acme, "agent") == ("agent", True)


def test_a_place_that_was_closed_is_still_a_place(acme: World) -> None:
    with acme.scope():
        change(acme, "agent", is_active=False)
        with pytest.raises(StaffExists):
            add_staff(email="agent@acme.example", role="agent")


def test_both_modes_have_the_same_staff(acme: World, rehearsal: World) -> None:
    with acme.scope():
        live = set(staff_of_organisation())
    with rehearsal.scope():
        assert set(staff_of_organisation()) == live
        with pytest.raises(StaffExists):
            add_staff(email="agent@acme.example", role="agent")


@pytest.mark.parametrize("email", ["", "agent", "agent@"])
def test_a_bad_email_is_refused(acme: World, email: str) -> None:
    with acme.scope(), pytest.raises(BadEmail):
        add_staff(email=email, role="agent")


@pytest.mark.parametrize("role", ["boss", "", "OWNER"])
def test_a_role_that_does_not_exist_is_refused_and_leaves_no_sign_in(acme: World, role: str) -> None:
    with acme.scope(), pytest.raises(Invalid) as refusal:
        add_staff(email="new@acme.example", role=role)
    assert refusal.value.complaints[0].field == "role"
    assert not User.objects.filter(email="new@acme.example").exists()


@pytest.mark.parametrize(("field", "value"), [("role", "superintendent"), ("name", "x" * 151)])
def test_what_is_too_long_is_refused_on_its_field(acme: World, field: str, value: str) -> None:
    with acme.scope(), pytest.raises(Invalid) as refusal:
        add_staff(**{"email": "new@acme.example", "role": "agent", field: value})
    assert refusal.value.complaints[0].field == field


@pytest.mark.parametrize("role", NOT_OWNER)
def test_only_an_owner_makes_owners(acme: World, role: str) -> None:
    with as_staff(acme, role):
        with pytest.raises(OwnRole):
            add_staff(email="new@acme.example", role="owner")
        with pytest.raises(OwnRole):
            change(acme, "agent" if role != "agent" else "analyst", role="owner")
    with as_staff(acme, "owner"):
        assert add_staff(email="new@acme.example", role="owner").role == "owner"
        assert change(acme, "agent", role="owner").role == "owner"


@pytest.mark.parametrize("values", [{"role": "agent"}, {"is_active": False}])
def test_only_an_owner_changes_an_owner(acme: World, values: dict[str, Any]) -> None:
    with acme.scope():
        second = add_staff(email="second@acme.example", role="owner")
    with as_staff(acme, "manager"), pytest.raises(OwnRole):
        change_staff(staff_id=second.id, **values)
    with as_staff(acme, "owner"):
        change_staff(staff_id=second.id, **values)


def test_an_owner_of_another_organisation_is_no_owner_here(acme: World, rival: World) -> None:
    with rival.scope():
        guest = add_staff(email="owner@acme.example", role="manager")
    with as_person(rival, guest), pytest.raises(OwnRole):
        add_staff(email="new@rival.example", role="owner")


def test_an_owners_place_counts_where_it_is_and_while_it_is_open(acme: World, rival: World) -> None:
    with as_person(rival, acme.staff["owner"]), pytest.raises(OwnRole):
        add_staff(email="new@rival.example", role="owner")
    Staff.objects.filter(pk=acme.staff["owner"].pk).update(is_active=False)
    with as_staff(acme, "owner"), pytest.raises(OwnRole):
        add_staff(email="new@acme.example", role="owner")


def test_a_manager_makes_and_changes_everybody_else(acme: World) -> None:
    with as_staff(acme, "manager"):
        assert add_staff(email="new@acme.example", role="manager").role == "manager"
        assert change(acme, "agent", role="analyst").role == "analyst"
        assert change(acme, "analyst", is_active=False).is_active is False


def test_a_machine_makes_and_unmakes_no_owners(acme: World) -> None:
    with acme.scope():
        second = add_staff(email="second@acme.example", role="owner")
    with as_key(acme):
        with pytest.raises(OwnRole):
            add_staff(email="new@acme.example", role="owner")
        with pytest.raises(OwnRole):
            change(acme, "agent", role="owner")
        with pytest.raises(OwnRole):
            change_staff(staff_id=second.id, role="agent")


@pytest.mark.parametrize("role", [*NOT_OWNER, "owner"])
@pytest.mark.parametrize("values", [{"role": "analyst"}, {"role": "manager"}, {"is_active": False}])
def test_nobody_changes_their_own_place(acme: World, role: str, values: dict[str, Any]) -> None:
    if values.get("role") == role:
        return
    with as_staff(acme, role), pytest.raises(OwnRole):
        change(acme, role, **values)
    assert now_is(acme, role) == (role, True)


@pytest.mark.parametrize("values", [{"role": "manager"}, {"is_active": False}])
def test_an_organisation_keeps_an_active_owner(acme: World, values: dict[str, Any]) -> None:
    with acme.scope():
        with pytest.raises(LastOwner):
            change(acme, "owner", **values)
        second = add_staff(email="second@acme.example", role="owner")
        change_staff(staff_id=second.id, is_active=False)
        with pytest.raises(LastOwner):
            change(acme, "owner", **values)
        change_staff(staff_id=second.id, is_active=True)
        change(acme, "owner", **values)
    assert now_is(acme, "owner") == (values.get("role", "owner"), values.get("is_active", True))


def test_a_change_is_recorded_with_before_and_after(acme: World) -> None:
    with acme.scope():
        change(acme, "agent", role="manager", is_active=False)
        event = events_about("staff", acme.staff["agent"].id).first()
    assert event is not None
    assert (event.name, event.changes) == ("staff.changed", {"role": ["agent", "manager"], "is_active": [True, False]})


def test_a_change_that_changes_nothing_is_allowed_to_all_and_not_recorded(acme: World) -> None:
    with as_staff(acme, "owner"):
        change(acme, "owner", role="owner", is_active=True)
        assert [event.name for event in events_about("staff", acme.staff["owner"].id)] == ["staff.added"]


@pytest.mark.parametrize("role", ["boss", "", "superintendent"])
def test_a_role_is_changed_to_one_that_exists(acme: World, role: str) -> None:
    with acme.scope(), pytest.raises(Invalid) as refusal:
        change(acme, "agent", role=role)
    assert refusal.value.complaints[0].field == "role"


def test_staff_of_others_and_unknown_ones_are_not_found(acme: World, rival: World) -> None:
    for world, staff_id in ((rival, acme.staff["agent"].id), (acme, new_id())):
        with world.scope(), pytest.raises(StaffNotFound):
            change_staff(staff_id=staff_id, is_active=False)


def test_who_left_or_whose_organisation_is_out_of_use_has_no_place(acme: World, rival: World) -> None:
    agent, manager = acme.staff["agent"], acme.staff["manager"]
    with acme.scope():
        change(acme, "agent", is_active=False)
    assert not places_of(agent.user).exists()
    assert places_of(manager.user).exists()
    Organisation.objects.filter(pk=acme.organisation.pk).update(is_active=False)
    assert not places_of(manager.user).exists()
    assert places_of(rival.staff["agent"].user).exists()

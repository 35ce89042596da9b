"""Staff: taken on, given another role, sent away; nobody climbs, and an owner always remains."""

from typing import Any

import pytest
from django.test import Client

from crm.organisations.models import Staff, User
from crm.organisations.services import add_staff
from tests.backoffice.admin.forms import errors_of, fields_of, options_of, send
from tests.backoffice.admin.pages import address, an_operator
from tests.backoffice.admin.trail import actor_of, last_event, staff_actor, written
from tests.builders import a_customer, stored
from tests.cast import PASSWORD, World

LIST, ADD = address("organisations.Staff"), address("organisations.Staff", "add")
OWN_ROLE = "Nobody changes their own role, and only an owner changes an owner."


def page_of(staff: Staff, verb: str = "change") -> str:
    return address("organisations.Staff", verb, staff.pk)


def hired(world: World, email: str) -> Staff:
    return Staff.objects.select_related("user").get(user__email=email, organisation=world.organisation)


def signs_in(email: str, password: str) -> bool:
    answer = Client().post("/admin/login/?next=/admin/", {"username": email, "password": password})
    return answer.headers.get("Location") == "/admin/"


def test_a_new_person_signs_in_with_their_first_password(acme: World) -> None:
    answer = send(acme.browser_of("manager"), ADD, email="New@Acme.example", name="Nia New", password="long enough 77",
                  role="agent")  # fmt: skip
    assert answer.headers["Location"] == LIST
    staff = hired(acme, "new@acme.example")
    assert (staff.role, staff.is_active, str(staff)) == ("agent", True, "Nia New")
    assert signs_in("new@acme.example", "long enough 77")
    event = last_event(acme, "staff", staff.pk)
    assert (event.name, actor_of(event)) == ("staff.added", staff_actor(acme, "manager"))


def test_a_person_who_signs_in_elsewhere_keeps_name_and_password(acme: World, rival: World) -> None:
    email = rival.staff["agent"].user.email
    send(acme.browser_of("owner"), ADD, email=email, name="Another Name", password="another password 9", role="analyst")
    staff = hired(acme, email)
    assert (staff.user.name, staff.role) == ("Agent", "analyst")
    assert signs_in(email, PASSWORD)
    assert not signs_in(email, "another password 9")
    assert {place.organisation.slug for place in Staff.objects.filter(user=staff.user)} == {"acme", "rival"}


def test_a_new_person_needs_a_password(acme: World) -> None:
    answer = send(acme.browser_of("owner"), ADD, email="new@acme.example", role="agent")
    assert list(errors_of(answer)) == ["password"]
    assert not User.objects.filter(email="new@acme.example").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"email": "MANAGER@acme.example"}, "email"), ({"email": "nonsense"}, "email"), ({"email": ""}, "email"),
     ({"password": "short"}, "password"), ({"password": "12345678901"}, "password"), ({"role": "boss"}, "role"),
     ({"name": "x" * 151}, "name")],
)  # fmt: skip
def test_who_cannot_be_taken_on_is_told_at_the_field(acme: World, changes: dict[str, str], field: str) -> None:
    given = {"email": "new@acme.example", "password": "long enough 77", "role": "agent", **changes}
    browser, before, users = acme.browser_of("owner"), written(), User.objects.count()
    assert field in errors_of(send(browser, ADD, **given))
    assert (written(), User.objects.count()) == (before, users)


def test_changing_a_role_is_recorded_and_rules_at_once(acme: World) -> None:
    agent = acme.browser_of("agent")
    assert agent.get(address("organisations.ApiKey")).status_code == 403
    send(acme.browser_of("owner"), page_of(acme.staff["agent"]), role="manager")
    assert agent.get(address("organisations.ApiKey")).status_code == 200
    assert last_event(acme, "staff", acme.staff["agent"].pk).changes == {"role": ["agent", "manager"]}


def test_who_is_sent_away_is_out_at_once_and_may_come_back(acme: World) -> None:
    agent, owner = acme.browser_of("agent"), acme.browser_of("owner")
    send(owner, page_of(acme.staff["agent"]), is_active=None)
    assert agent.get("/admin/").status_code == 302
    send(owner, page_of(acme.staff["agent"]), is_active="on")
    assert agent.get("/admin/").status_code == 200


@pytest.mark.parametrize("changes", [{"role": "agent"}, {"is_active": None}])
def test_nobody_changes_their_own_place(acme: World, changes: dict[str, Any]) -> None:
    answer = send(acme.browser_of("owner"), page_of(acme.staff["owner"]), **changes)
    assert errors_of(answer) == {"role": [OWN_ROLE]}
    assert send(acme.browser_of("manager"), page_of(acme.staff["manager"]), role="owner").status_code == 200
    assert hired(acme, "manager@acme.example").role == "manager"


@pytest.mark.parametrize("changes", [{"role": "agent"}, {"is_active": None}])
def test_an_organisation_keeps_its_last_owner(acme: World, changes: dict[str, Any]) -> None:
    operator = Client(raise_request_exception=False)
    operator.force_login(an_operator())
    answer = send(operator, page_of(acme.staff["owner"]), **changes)
    assert errors_of(answer) == {"role": ["An organisation keeps at least one active owner."]}
    assert hired(acme, "owner@acme.example").is_active


def test_an_owner_may_send_another_owner_away(acme: World) -> None:
    with acme.scope():
        second = add_staff(email="second@acme.example", role="owner", password=PASSWORD)
    assert send(acme.browser_of("owner"), page_of(second), role="agent").status_code == 302


@pytest.mark.parametrize(
    ("path", "changes"),
    [("add", {"email": "new@acme.example", "password": "long enough 77", "role": "owner"}),
     ("agent", {"role": "owner"}), ("owner", {"role": "agent"}), ("owner", {"is_active": None})],
)  # fmt: skip
def test_only_an_owner_makes_or_unmakes_an_owner(acme: World, path: str, changes: dict[str, Any]) -> None:
    with acme.scope():
        add_staff(email="second@acme.example", role="owner", password=PASSWORD)
    before = written()
    page = ADD if path == "add" else page_of(acme.staff[path])
    assert errors_of(send(acme.browser_of("manager"), page, **changes)) == {"role": [OWN_ROLE]}
    assert written() == before


def test_the_form_changes_neither_address_nor_password(acme: World) -> None:
    shown = fields_of(acme.browser_of("owner").get(page_of(acme.staff["agent"])), "staff_form")
    assert set(shown) == {"csrfmiddlewaretoken", "role", "is_active"}
    acme.browser_of("owner").post(
        page_of(acme.staff["agent"]), {**shown, "email": "x@y.example", "password": "hacked 99 pw"}
    )
    assert signs_in("agent@acme.example", PASSWORD)


def test_the_page_of_a_staff_member_shows_their_address(acme: World) -> None:
    page = acme.browser_of("owner").get(page_of(acme.staff["agent"])).content.decode()
    assert "agent@acme.example" in page


def test_only_active_staff_of_the_own_organisation_look_after_customers(acme: World, rival: World) -> None:
    Staff.objects.filter(pk=acme.staff["analyst"].pk).update(is_active=False)
    key, browser = a_customer(acme), acme.browser_of("agent")
    path = address("contacts.Customer", "change", key)
    assert set(options_of(browser.get(path), "assigned_to")) - {""} == {
        str(acme.staff[role].pk) for role in ("owner", "manager", "agent")
    }
    for stranger in (rival.staff["agent"], acme.staff["analyst"]):
        assert list(errors_of(send(browser, path, assigned_to=str(stranger.pk)))) == ["assigned_to"]
    send(browser, path, assigned_to=str(acme.staff["manager"].pk))
    assert stored(acme, key).assigned_to_id == acme.staff["manager"].pk
    assert last_event(acme, "contact", key).changes == {"assigned_to_id": [None, str(acme.staff["manager"].pk)]}


def test_a_customer_of_somebody_sent_away_stays_theirs_until_changed(acme: World) -> None:
    key = a_customer(acme, assigned_to_id=acme.staff["analyst"].pk)
    Staff.objects.filter(pk=acme.staff["analyst"].pk).update(is_active=False)
    answer = send(acme.browser_of("agent"), address("contacts.Customer", "change", key), notes="called")
    assert answer.status_code == 302, errors_of(answer)
    assert stored(acme, key).assigned_to_id == acme.staff["analyst"].pk

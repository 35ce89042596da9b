"""The page of sessions: who is signed in over the APIs, in this place alone, and ending it at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from crm.organisations.models import ApiKey, Session
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.test_budgets import listing, statements
from tests.backoffice.admin.trail import actor_of, last_event, staff_actor, written
from tests.backoffice.services.wire import ME, Visitor, a_signed_in_member, check, refresh, signed_in_staff
from tests.cast import Cast, World

LIST = address("organisations.Session")


def page_of(visitor: Visitor, verb: str = "change") -> str:
    return address("organisations.Session", verb, visitor.session.pk)


def rows(browser: Client, query: str = "") -> set[str]:
    """Whose sessions a list shows, by the device."""
    return {session.device for session in browser.get(f"{LIST}{query}").context["cl"].result_list}


def text_of(browser: Client, path: str) -> str:
    return str(browser.get(path).content.decode())


def test_members_and_staff_are_listed_with_name_device_and_address(acme: World) -> None:
    a_signed_in_member(acme, name="Ann Lee")
    signed_in_staff(acme, "manager")
    page = text_of(acme.browser_of("owner"), LIST)
    for word in ("Ann Lee", "App", "192.0.2.7", "Manager", "Till", "192.0.2.8", "Open", "End now"):
        assert word in page


def test_only_this_place_is_listed(cast: Cast) -> None:
    for world in (cast.rival, cast.rehearsal):
        a_signed_in_member(world)
    assert rows(cast.acme.browser_of("owner")) == set()
    assert rows(cast.rehearsal.browser_of("owner")) == {"App"}


def test_sessions_are_filtered_by_kind_state_and_person(acme: World) -> None:
    member, staff = a_signed_in_member(acme), signed_in_staff(acme)
    browser = acme.browser_of("owner")
    assert rows(browser, "?kind__exact=member") == {"App"}
    assert rows(browser, f"?state=open&subject_id__exact={staff.id}") == {"Till"}
    Session.objects.filter(pk=member.session.pk).update(expires_at=Now() - timedelta(seconds=1))
    assert (rows(browser, "?state=open"), rows(browser, "?state=over")) == ({"Till"}, {"App"})
    assert rows(browser) == {"App", "Till"}
    assert rows(browser, "?q=192.0.2.8") == {"Till"}


def test_a_page_of_one_session_tells_all_and_changes_nothing(acme: World) -> None:
    member = a_signed_in_member(acme, name="Ann Lee")
    browser = acme.browser_of("owner")
    page = text_of(browser, page_of(member))
    assert "Ann Lee" in page
    assert page_of(member, "end") in page
    assert "_save" not in page
    assert member.session.refresh_digest not in page


@pytest.mark.parametrize("who", ["member", "staff"])
def test_ending_a_session_shuts_it_out_at_once_and_is_recorded(acme: World, who: str) -> None:
    visitor = a_signed_in_member(acme) if who == "member" else signed_in_staff(acme)
    browser = acme.browser_of("manager")
    assert browser.post(page_of(visitor, "end")).headers["Location"] == page_of(visitor)
    assert (check(visitor.token), refresh(visitor.refresh_token).status_code) == (401, 401)
    event = last_event(acme, "session", visitor.session.pk)
    assert (event.name, actor_of(event)) == ("session.ended", staff_actor(acme, "manager"))
    assert event.payload["because"] == "ended in the back office"
    assert page_of(visitor, "end") not in text_of(browser, page_of(visitor))
    assert "Session ended" in text_of(browser, page_of(visitor, "history"))
    before = written()
    browser.post(page_of(visitor, "end"))
    assert written() == before


def test_looking_at_the_question_ends_nothing(acme: World) -> None:
    member = a_signed_in_member(acme, name="Ann Lee")
    page = text_of(acme.browser_of("owner"), page_of(member, "end"))
    assert "End the session of Ann Lee?" in page
    assert member.api.get(ME).status_code == 200


@pytest.mark.parametrize(("role", "reads"), [("agent", True), ("analyst", False)])
def test_who_may_not_write_sessions_ends_none(acme: World, role: str, reads: bool) -> None:
    member, browser = a_signed_in_member(acme), acme.browser_of(role)
    answer = browser.get(LIST)
    assert answer.status_code == (200 if reads else 403)
    assert "End now" not in answer.content.decode()
    for verb in ("get", "post"):
        assert getattr(browser, verb)(page_of(member, "end")).status_code == 404
    assert member.api.get(ME).status_code == 200


@pytest.mark.parametrize("origin", ["rival", "rehearsal"])
def test_a_foreign_session_is_not_ended(cast: Cast, origin: str) -> None:
    foreign = a_signed_in_member(getattr(cast, origin))
    assert cast.acme.browser_of("owner").post(page_of(foreign, "end")).status_code == 404
    assert foreign.api.get(ME).status_code == 200


def test_a_deleted_members_name_is_not_shown(acme: World) -> None:
    member = a_signed_in_member(acme, name="Ann Lee")
    acme.api.delete(f"/v1/customers/{member.id}")
    browser = acme.browser_of("owner")
    assert "Ann Lee" not in text_of(browser, LIST) + text_of(browser, page_of(member))


def test_the_pages_of_people_lead_to_their_sessions(acme: World) -> None:
    member, staff = a_signed_in_member(acme), signed_in_staff(acme)
    pages = [(member, "contacts.Customer"), (member, "contacts.Contact"), (staff, "organisations.Staff")]
    for visitor, label in pages:
        page = address(label, "change", visitor.id)
        link = f"{LIST}?state=open&amp;subject_id__exact={visitor.id}"
        assert link in text_of(acme.browser_of("agent"), page)
        assert link not in text_of(acme.browser_of("analyst"), page)


def test_a_list_of_many_people_costs_what_one_costs(acme: World) -> None:
    a_signed_in_member(acme)
    signed_in_staff(acme)
    browser = acme.browser_of("owner")
    few = statements(browser, LIST)
    for _ in range(10):
        a_signed_in_member(acme)
        signed_in_staff(acme, "manager")
    many = statements(browser, LIST)
    assert len(many) == len(few) <= 12, listing(many)


def key_page(world: World, **named: Any) -> str:
    key = ApiKey.objects.get(organisation=world.organisation, mode=world.mode, **named)
    return address("organisations.ApiKey", "change", key.pk)


def test_the_page_of_a_key_tells_what_it_used_of_its_hour(acme: World) -> None:
    for _ in range(3):
        acme.api.get("/v1/customers")
    browser = acme.browser_of("owner")
    told = "Used in the present hour: 3 of 1000 requests."
    assert told in text_of(browser, key_page(acme, kind="secret"))
    # Looking does not count.
    assert told in text_of(browser, key_page(acme, kind="secret"))
    assert acme.api.get("/v1/customers")["X-RateLimit-Remaining"] == "996"


def test_the_page_of_a_publishable_key_tells_its_limit(acme: World) -> None:
    page = text_of(acme.browser_of("owner"), key_page(acme, kind="publishable"))
    assert "Each address may make 1000 requests an hour with this key." in page

"""Where somebody works: the switch between organisations and modes, and how loud test mode is."""

from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from backoffice.admin.theme import TEST_MODE_COLORS, UNFOLD
from crm.organisations.models import Organisation, Staff, User
from crm.organisations.services import add_staff
from tests.backoffice.admin.forms import fields_of
from tests.backoffice.admin.pages import PAGES, REGISTERED, address, an_operator, browser_of
from tests.builders import a_customer, stored
from tests.cast import Cast, World

BANNER = "TEST MODE of Acme"
ORANGE, TEAL = TEST_MODE_COLORS["600"], UNFOLD["COLORS"]["primary"]["600"]


def place_of(browser: Client) -> tuple[str, str]:
    place = browser.get("/admin/").context["place"]
    return place.organisation.slug, place.mode


def desks_of(browser: Client) -> list[tuple[str, str]]:
    return [(desk["organisation"].slug, desk["mode"]) for desk in browser.get("/admin/").context["desks"]]


def switch(browser: Client, to: str) -> Any:
    return browser.post("/admin/switch/", {"to": to})


def test_staff_begin_in_the_live_mode_of_their_own_organisation(cast: Cast) -> None:
    browser = cast.rival.browser_of("agent")
    assert place_of(browser) == ("rival", "live")
    assert desks_of(browser) == [("rival", "live"), ("rival", "test")]


def test_the_operator_begins_in_the_live_mode_of_the_oldest_organisation(cast: Cast) -> None:
    Organisation.objects.filter(pk=cast.acme.organisation.pk).update(name="Zebra")
    browser = browser_of(cast, "operator")
    assert place_of(browser) == ("acme", "live")
    assert set(desks_of(browser)) == {(slug, mode) for slug in ("acme", "rival") for mode in ("live", "test")}


def test_the_operator_enters_any_organisation_in_either_mode(cast: Cast) -> None:
    a_customer(cast.rival, name="Rivalina")
    browser = browser_of(cast, "operator")
    assert b"Rivalina" not in browser.get(address("contacts.Customer")).content
    assert switch(browser, f"{cast.rival.organisation.pk}:live").headers["Location"] == "/admin/"
    assert place_of(browser) == ("rival", "live")
    assert b"Rivalina" in browser.get(address("contacts.Customer")).content
    switch(browser, f"{cast.rival.organisation.pk}:test")
    assert b"Rivalina" not in browser.get(address("contacts.Customer")).content


def test_switching_is_remembered_and_undone(cast: Cast) -> None:
    browser = cast.acme.browser_of("owner")
    switch(browser, f"{cast.acme.organisation.pk}:test")
    assert place_of(browser) == place_of(browser) == ("acme", "test")
    switch(browser, f"{cast.acme.organisation.pk}:live")
    assert place_of(browser) == ("acme", "live")


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_only_a_post_switches(cast: Cast, method: str) -> None:
    browser = cast.acme.browser_of("owner")
    answer = getattr(browser, method)(f"/admin/switch/?to={cast.acme.organisation.pk}:test")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert place_of(browser) == ("acme", "live")


def test_switching_needs_the_token_of_the_page(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(cast.acme.staff["owner"].user)
    to = f"{cast.acme.organisation.pk}:test"
    assert switch(browser, to).status_code == 403
    assert place_of(browser) == ("acme", "live")
    token = browser.get("/admin/").context["csrf_token"]
    browser.post("/admin/switch/", {"to": to, "csrfmiddlewaretoken": str(token)})
    assert place_of(browser) == ("acme", "test")


@pytest.mark.parametrize(
    "to",
    ["{rival}:live", "{rival}:test", "{unknown}:live", "{acme}:prod", "{acme}", "{acme}:", "{acme}:live:test", "", ":",
     "acme:test", "{acme}:TEST", "\0", "{acme}:test\0", "x" * 10_000, "%:live", "{acme},{acme}:test"],
)  # fmt: skip
def test_a_forged_place_is_refused_and_changes_nothing(cast: Cast, to: str) -> None:
    ids = {"acme": cast.acme.organisation.pk, "rival": cast.rival.organisation.pk, "unknown": uuid4()}
    browser = cast.acme.browser_of("owner")
    answer = browser.post("/admin/switch/", {"to": to.format(**ids)}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["You have no place there."]
    assert "You have no place there." in answer.content.decode()
    assert place_of(browser) == ("acme", "live")


def test_a_place_that_is_taken_away_is_left_for_the_live_mode_of_another(cast: Cast) -> None:
    owner = cast.acme.staff["owner"].user
    with cast.rival.scope():
        add_staff(email=owner.email, role="analyst")
    browser = cast.acme.browser_of("owner")
    switch(browser, f"{cast.acme.organisation.pk}:test")
    Staff.objects.filter(pk=cast.acme.staff["owner"].pk).update(is_active=False)
    assert place_of(browser) == ("rival", "live")
    assert desks_of(browser) == [("rival", "live"), ("rival", "test")]
    assert browser.get(address("contacts.Customer", "add")).status_code == 403


def test_an_organisation_out_of_use_is_closed_to_its_staff_and_not_offered(cast: Cast) -> None:
    browser, operator = cast.rival.browser_of("owner"), browser_of(cast, "operator")
    Organisation.objects.filter(slug="rival").update(is_active=False)
    assert browser.get("/admin/").headers["Location"].startswith("/admin/login/")
    assert {slug for slug, _ in desks_of(operator)} == {"acme"}


def pages_of(world: World) -> list[str]:
    key = PAGES["organisations.ApiKey"].row(world, "some")
    person = PAGES["contacts.Customer"].row(world, "somebody")
    customer = address("contacts.Customer", "change", person)
    return [
        "/admin/", "/admin/contacts/", address("contacts.Customer"), address("contacts.Customer", "add"), customer,
        address("contacts.Customer", "delete", person), address("contacts.Customer", "history", person),
        f"/admin/organisations/apikey/{key}/rotate/", f"/admin/contacts/customer/{person}/add-identity/",
        "/admin/password_change/",
    ]  # fmt: skip


def test_every_page_of_test_mode_says_so_loudly(cast: Cast) -> None:
    browser = cast.rehearsal.browser_of("owner")
    texts = {path: browser.get(path).content.decode() for path in pages_of(cast.rehearsal)}
    assert [path for path, text in texts.items() if ORANGE not in text or TEAL in text] == []
    assert [path for path, text in texts.items() if BANNER not in text] == []


def test_no_page_of_live_mode_looks_like_test_mode(cast: Cast) -> None:
    browser = cast.acme.browser_of("owner")
    for path in pages_of(cast.acme):
        text = browser.get(path).content.decode()
        assert "TEST MODE" not in text, path
        assert ORANGE not in text, path
        assert TEAL in text, path


def test_what_is_written_in_test_mode_stays_there(cast: Cast) -> None:
    browser = cast.rehearsal.browser_of("owner")
    browser.post(address("campaigns.Listing", "add"), {"name": "Rehearsed listing"})
    assert b"Rehearsed listing" in browser.get(address("campaigns.Listing")).content
    assert b"Rehearsed listing" not in cast.acme.browser_of("owner").get(address("campaigns.Listing")).content


def test_times_are_told_in_the_zone_of_the_organisation(cast: Cast) -> None:
    Organisation.objects.update(zone="Pacific/Kiritimati")
    key = a_customer(cast.acme, name="Ann")
    moment = stored(cast.acme, key).created_at
    there = moment.astimezone(ZoneInfo("Pacific/Kiritimati"))
    text = cast.acme.browser_of("owner").get(address("contacts.Customer", "change", key)).content.decode()
    assert f"{there:%-d %b %Y, %H:%M}" in text
    assert f"{moment:%-d %b %Y, %H:%M}" not in text


@pytest.fixture
def nowhere(db: Any) -> None:
    """No organisation that anybody could enter."""
    Organisation.objects.update(is_active=False)


@pytest.mark.usefixtures("nowhere")
def test_an_operator_without_any_organisation_opens_the_first_one() -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(an_operator())
    page = browser.get("/admin/")
    assert "No organisation yet" in page.content.decode()
    path = address("organisations.Organisation", "add")
    assert f'href="{path}"' in page.content.decode()
    assert "name" in fields_of(browser.get(path), "organisation_form")
    browser.post(path, {"name": "First", "slug": "first", "plan": "standard"})
    assert place_of(browser) == ("first", "live")


@pytest.mark.usefixtures("nowhere")
def test_no_page_fails_for_an_operator_without_any_organisation() -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(an_operator())
    paths = ["/admin/", "/admin/search/?s=a", "/admin/kernel/"]
    for label in REGISTERED:
        paths += [address(label, verb, uuid4()) for verb in ("list", "add", "change", "delete", "history")]
    assert [path for path in paths if browser.get(path).status_code >= 500] == []
    assert browser.post("/admin/switch/", {"to": "x:live"}).status_code == 302
    assert browser.post("/admin/kernel/jobrun/start/", {"job": "verify_tallies"}).status_code < 500


def test_a_user_who_is_switched_off_is_out_at_once(cast: Cast) -> None:
    browser = cast.acme.browser_of("owner")
    User.objects.filter(pk=cast.acme.staff["owner"].user_id).update(is_active=False)
    assert browser.get("/admin/").headers["Location"].startswith("/admin/login/")

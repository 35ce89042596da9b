"""Nothing of another organisation, or of the other mode, is seen, found, touched or told apart from nothing at all."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from crm.kernel.due import State
from crm.kernel.models import Event, QueuedTask
from crm.organisations.models import User
from tests.backoffice.admin.pages import OF_A_MODE, OF_A_TENANT, PAGES, REGISTERED, address, browser_of, may
from tests.cast import Cast, World

STRANGE = "strangemark"
REHEARSED = "rehearsedmark"
OURS = "ourmark"
ORIGINS = [("rival", label) for label in OF_A_TENANT] + [("rehearsal", label) for label in OF_A_MODE]


def unknown_like(key: Any) -> Any:
    return 10**9 if isinstance(key, int) else uuid4()


def told(browser: Client, path: str, key: Any, data: dict[str, Any] | None = None) -> tuple[Any, ...]:
    """All that an answer tells, on this page and on the next, without the key itself and the form's tokens."""
    browser.cookies.pop("messages", None)
    answer = browser.get(path) if data is None else browser.post(path, data)
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    text = re.sub(r'csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    text = re.sub(rf"(?<=[/“]){re.escape(str(key))}(?=[/”])", "KEY", "".join([text, *said]))
    return answer.status_code, answer.headers.get("Location"), text


def same(browser: Client, path: str, foreign: Any, data: dict[str, Any] | None = None) -> bool:
    unknown = unknown_like(foreign)
    return told(browser, path.format(foreign), foreign, data) == told(browser, path.format(unknown), unknown, data)


@pytest.mark.parametrize(("origin", "label"), ORIGINS)
def test_a_foreign_row_looks_like_one_that_never_was(cast: Cast, origin: str, label: str) -> None:
    foreign = PAGES[label].row(getattr(cast, origin), STRANGE)
    # The operator may enter the other place, but has to go there first.
    browser = browser_of(cast, "owner" if origin == "rehearsal" else "operator")
    for verb in ("change", "delete", "history"):
        assert same(browser, address(label, verb, "{}"), foreign), verb
        assert same(browser, address(label, verb, "{}"), foreign, {"post": "yes"}), verb


@pytest.mark.parametrize("verb", ["rotate", "revoke"])
@pytest.mark.parametrize("origin", ["rival", "rehearsal"])
def test_a_foreign_key_is_neither_rotated_nor_revoked(cast: Cast, origin: str, verb: str) -> None:
    foreign = PAGES["organisations.ApiKey"].row(getattr(cast, origin), STRANGE)
    browser, path = cast.acme.browser_of("owner"), f"/admin/organisations/apikey/{{}}/{verb}/"
    assert same(browser, path, foreign)
    assert same(browser, path, foreign, {"post": "yes"})
    assert browser.post(path.format(foreign)).status_code == 404


@pytest.mark.parametrize("verb", ["add-identity", "keep-document"])
@pytest.mark.parametrize("origin", ["rival", "rehearsal"])
def test_nothing_is_hung_on_a_foreign_person(cast: Cast, origin: str, verb: str) -> None:
    foreign = PAGES["contacts.Contact"].row(getattr(cast, origin), STRANGE)
    browser = cast.acme.browser_of("owner")
    assert same(browser, f"/admin/contacts/contact/{{}}/{verb}/", foreign)
    assert browser.get(f"/admin/contacts/contact/{foreign}/{verb}/").status_code == 404


@pytest.mark.parametrize(("label", "model"), [("kernel.QueuedTask", QueuedTask), ("kernel.Event", Event)])
@pytest.mark.parametrize("origin", ["rival", "rehearsal"])
def test_a_foreign_dead_letter_stays_dead(cast: Cast, origin: str, label: str, model: Any) -> None:
    foreign = PAGES[label].row(getattr(cast, origin), STRANGE)
    model.objects.filter(pk=foreign).update(state=State.DEAD)
    chosen = {"action": "replay", "_selected_action": str(foreign)}
    cast.acme.browser_of("owner").post(address(label), chosen)
    assert model.objects.get(pk=foreign).state == State.DEAD


def pages_seen(browser: Client, label: str, key: Any) -> dict[str, str]:
    """Every page about one kind of row, as text."""
    paths = [address(label, verb, key) for verb in ("list", "add", "change", "delete", "history")]
    paths += [f"{address(label)}?q={mark}" for mark in (STRANGE, REHEARSED, OURS)]
    return {path: browser.get(path, follow=True).content.decode() for path in paths}


def furnish(cast: Cast) -> dict[str, Any]:
    """A row of every kind in each place; the keys of ours."""
    for label in OF_A_TENANT:
        PAGES[label].row(cast.rival, STRANGE)
    for label in OF_A_MODE:
        PAGES[label].row(cast.rehearsal, REHEARSED)
    return {label: PAGES[label].row(cast.acme, OURS) for label in REGISTERED}


@pytest.mark.parametrize("visitor", ["owner", "analyst", "operator"])
def test_no_page_shows_a_word_of_another_place(cast: Cast, visitor: str) -> None:
    ours = furnish(cast)
    browser = browser_of(cast, visitor)
    own_mark_seen = set()
    for label, key in ours.items():
        for path, text in pages_seen(browser, label, key).items():
            # A search repeats the word that was looked for in its own field; nowhere else may it stand.
            found = re.sub(r'(value|href|content)="[^"]*"', "", text)
            assert STRANGE not in found, path
            assert REHEARSED not in found, path
            if "q=" not in path and OURS in found:
                own_mark_seen.add(label)
    readable = {label for label in REGISTERED if may(visitor, PAGES[label].resource, "read")}
    # An organisation and a stage have names of their own, settings hold figures; a colleague is the organisation's
    # in both modes.
    unmarked = {"organisations.Organisation", "leads.StageRule", "leads.Turn", "approvals.Delegation",
                "contacts.SignInSettings", "contacts.Erasure"}  # fmt: skip
    assert own_mark_seen - unmarked == readable - unmarked


@pytest.mark.parametrize("place", ["rival", "rehearsal"])
def test_the_first_page_and_the_search_box_show_no_other_place(cast: Cast, place: str) -> None:
    furnish(cast)
    world: World = getattr(cast, place)
    own, other = (STRANGE, REHEARSED) if place == "rival" else (REHEARSED, STRANGE)
    browser = world.browser_of("owner")
    for path in ("/admin/", f"/admin/search/?s={own}", f"/admin/search/?s={other}", f"/admin/search/?s={OURS}"):
        text = browser.get(path).content.decode()
        assert other not in text
        assert OURS not in text
    assert f"{own}</strong>" in browser.get(f"/admin/search/?s={own}").content.decode()


@pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning")
@pytest.mark.parametrize(
    ("model", "field"), [("customer", "assigned_to"), ("listingentry", "contact"), ("listingentry", "listing")]
)
def test_completing_a_field_proposes_no_foreign_row(cast: Cast, model: str, field: str) -> None:
    furnish(cast)
    app = "contacts" if model == "customer" else "campaigns"
    parameters = f"app_label={app}&model_name={model}&field_name={field}&term="
    answer = cast.acme.browser_of("owner").get(f"/admin/autocomplete/?{parameters}")
    assert answer.status_code in (200, 403)
    assert STRANGE not in answer.content.decode()
    assert "Rival" not in answer.content.decode()


def test_names_of_other_staff_and_organisations_show_nowhere(cast: Cast) -> None:
    User.objects.filter(pk=cast.rival.staff["agent"].user_id).update(name=STRANGE)
    browser = cast.acme.browser_of("owner")
    for label in REGISTERED:
        for verb in ("list", "add"):
            text = browser.get(address(label, verb)).content.decode()
            assert STRANGE not in text
            assert "Rival" not in text

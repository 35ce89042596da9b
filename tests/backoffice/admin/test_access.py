"""Who meets what in the back office: every registered page, every kind of visitor, reading and writing."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from crm.organisations.roles import RESOURCES
from tests.backoffice.admin.pages import (
    INSIDE,
    OPERATOR,
    OUTSIDE,
    PAGES,
    PLATFORM,
    REGISTERED,
    address,
    browser_of,
    may,
)
from tests.cast import Cast

READING = ("list", "add", "change", "delete", "history")
WRITING = ("add", "change", "delete")
VISITORS = (*INSIDE, *OUTSIDE)


def table(label: str) -> list[Any]:
    """The whole table behind a page, of all organisations."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT row::text FROM "{apps.get_model(label)._meta.db_table}" row ORDER BY 1')
        return cursor.fetchall()


def word(status: int) -> str:
    return {200: "shown", 302: "led away", 403: "refused", 404: "refused"}.get(status, str(status))


def met(cast: Cast, label: str, visitor: str, key: Any) -> dict[str, str]:
    browser = browser_of(cast, visitor)
    answers = {f"see {verb}": browser.get(address(label, verb, key)) for verb in READING}
    # Nothing is filled in: whoever may write sees the form again. Deleting comes last, for it may work.
    answers |= {f"send {verb}": browser.post(address(label, verb, key), {"post": "yes"}) for verb in WRITING}
    return {did: word(answer.status_code) for did, answer in answers.items()}


def expected(label: str, visitor: str) -> dict[str, str]:
    page = PAGES[label]
    if visitor in OUTSIDE:
        return {f"see {verb}": "led away" for verb in READING} | {f"send {verb}": "led away" for verb in WRITING}
    is_foreign = visitor == "stranger" and page.reach != PLATFORM
    reads = may(visitor, page.resource, "read")
    writes = [verb for verb in page.offers if may(visitor, page.resource, "write")]
    row = "led away" if is_foreign else "shown"
    saved = "led away" if page.takes_blanks else row
    return {
        "see list": "shown" if reads else "refused",
        "see add": "shown" if "add" in writes else "refused",
        "see change": row if reads else "refused",
        "see delete": row if "delete" in writes else "refused",
        "see history": "shown" if reads and not is_foreign else "refused",
        "send add": "shown" if "add" in writes else "refused",
        "send change": saved if "change" in writes else "refused",
        "send delete": "led away" if "delete" in writes else "refused",
    }


def test_every_registered_page_is_told_in_the_table(capsys: Any) -> None:
    assert sorted(PAGES) == REGISTERED
    assert {page.resource for page in PAGES.values()} <= {OPERATOR, *RESOURCES}
    cells = len(REGISTERED) * len(VISITORS) * (len(READING) + len(WRITING))
    with capsys.disabled():
        print(f"\naccess matrix of the back office: {cells} cells")
    assert cells >= 1000


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("label", REGISTERED)
def test_pages_open_as_the_table_of_roles_says(cast: Cast, label: str, visitor: str) -> None:
    key = PAGES[label].row(cast.acme, "ours")
    before = table(label)
    assert met(cast, label, visitor, key) == expected(label, visitor)
    deletes = expected(label, visitor)["send delete"] == "led away" and visitor != "stranger"
    if visitor == "stranger" or not (deletes or PAGES[label].takes_blanks):
        assert table(label) == before
    elif deletes and visitor in INSIDE:
        assert table(label) != before


@pytest.mark.parametrize("visitor", OUTSIDE)
def test_whoever_may_not_come_in_is_led_to_the_sign_in_page(cast: Cast, visitor: str) -> None:
    answer = browser_of(cast, visitor).get(address("contacts.Customer"))
    assert answer.headers["Location"] == "/admin/login/?next=/admin/contacts/customer/"


@pytest.mark.parametrize("visitor", VISITORS)
def test_the_menu_shows_the_pages_that_the_visitor_may_read(cast: Cast, visitor: str) -> None:
    menu = browser_of(cast, visitor).get("/admin/", follow=True).content.decode()
    # The entries of a listing are a matter of the listing.
    labels = [label for label in REGISTERED if label != "campaigns.ListingEntry"]
    shown = {label for label in labels if f'href="{address(label)}"' in menu}
    assert shown == {label for label in labels if visitor in INSIDE and may(visitor, PAGES[label].resource, "read")}


@pytest.mark.parametrize("visitor", [*OUTSIDE, "analyst"])
@pytest.mark.parametrize("path", ["kernel/jobrun/start/", "switch/", "search/", "autocomplete/", "jsi18n/"])
def test_the_pages_beside_the_rows_ask_for_a_place_too(cast: Cast, visitor: str, path: str) -> None:
    answer = browser_of(cast, visitor).get(f"/admin/{path}")
    assert answer.headers.get("Location", "").startswith("/admin/login/") == (visitor in OUTSIDE)
    assert answer.status_code < 500

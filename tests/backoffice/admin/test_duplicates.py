"""Possible duplicates in the back office: seen side by side, merged after a look, dismissed, taken apart."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.contacts.models import DuplicatePair, Merge, PairState
from crm.contacts.services import find_duplicates_of, merge_contacts
from tests.backoffice.admin.pages import address
from tests.builders import a_customer, stored
from tests.cast import World
from tests.crm.contacts.merge_stage import Pair, a_pair, all_tables

LIST = address("contacts.DuplicatePair")


def merge_page(contact_id: Any) -> str:
    return f"/admin/contacts/merge/of/{contact_id}/"


@pytest.fixture
def twins(acme: World) -> tuple[UUID, UUID]:
    """Two people with one tax number, who were found."""
    one, other = (a_customer(acme, name=name, tax_id="DE 1") for name in ("Ada First", "Ada Second"))
    with acme.scope():
        find_duplicates_of(contact_id=one)
        find_duplicates_of(contact_id=other)
    return one, other


def the_pair(world: World) -> DuplicatePair:
    with world.scope():
        return DuplicatePair.objects.get()


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content
    return str(answer.content.decode())


def test_the_list_is_empty_at_first(acme: World) -> None:
    assert "Ada" not in text(acme.browser_of("owner").get(LIST))


def test_the_list_shows_who_and_why(acme: World, twins: tuple[UUID, UUID]) -> None:
    page = text(acme.browser_of("analyst").get(LIST))
    for word in ("Ada First / Ada Second", "100 %", "number"):
        assert word in page


@pytest.mark.parametrize(("words", "found"), [("second", True), ("ada fir", True), ("nobody", False)])
def test_either_of_them_is_found(acme: World, twins: tuple[UUID, UUID], words: str, found: bool) -> None:
    page = text(acme.browser_of("owner").get(LIST, {"q": words}))
    assert ("Ada First / Ada Second" in page) is found


def test_a_pair_shows_both_side_by_side(acme: World, twins: tuple[UUID, UUID]) -> None:
    path = address("contacts.DuplicatePair", "change", the_pair(acme).pk)
    page = text(acme.browser_of("agent").get(path))
    for id_ in twins:
        assert merge_page(id_) in page
        assert stored(acme, id_).contact.email in page
    assert merge_page(twins[0]) not in text(acme.browser_of("analyst").get(path))


def test_dismissing_asks_first(acme: World, twins: tuple[UUID, UUID]) -> None:
    browser, path = acme.browser_of("agent"), f"{LIST}{the_pair(acme).pk}/dismiss/"
    assert "different people" in text(browser.get(path))
    assert the_pair(acme).state == PairState.OPEN
    assert browser.post(path).status_code == 302
    assert the_pair(acme).state == PairState.DISMISSED
    assert browser.post(path).status_code == 404
    assert "Ada" not in text(browser.get(LIST))


def test_the_merge_page_offers_who_is_alike_and_who_is_searched_for(acme: World, twins: tuple[UUID, UUID]) -> None:
    one, other = twins
    somebody = a_customer(acme, name="Zoe Else")
    browser = acme.browser_of("agent")
    page = text(browser.get(merge_page(one)))
    assert f"?other={other}" in page
    assert f"?other={somebody}" not in page
    page = text(browser.get(merge_page(one), {"q": "zoe"}))
    assert f"?other={somebody}" in page
    assert "Nobody found" in text(browser.get(merge_page(one), {"q": "xyz"}))


def test_looking_again_finds_who_came_since(acme: World, twins: tuple[UUID, UUID]) -> None:
    late = a_customer(acme, name="Ada Late", tax_id="DE 1")
    browser = acme.browser_of("agent")
    with acme.scope():
        find_duplicates_of(contact_id=late)
        DuplicatePair.objects.filter(second=late).delete()
    assert f"?other={late}" not in text(browser.get(merge_page(twins[0])))
    assert f"?other={late}" in text(browser.post(f"{merge_page(twins[0])}look/", follow=True))


def test_the_preview_shows_who_wins_and_changes_nothing(acme: World) -> None:
    pair, before = a_pair(acme), all_tables()
    page = text(acme.browser_of("agent").get(merge_page(pair.anna), {"other": str(pair.anja)}))
    for word in ("Nothing is done yet", "anna@example.com", "anja@example.com", "+35799123834", "2 × ListingEntry"):
        assert word in page
    assert f'name="choice:email" value="{pair.anna}" checked' in page
    assert f'name="choice:phone" value="{pair.anja}" checked' in page
    assert 'name="choice:consent_state"' not in page
    assert all_tables() == before


def merge(world: World, pair: Pair, **choices: Any) -> Any:
    body = {"other": str(pair.anja), "merge": "1", **{f"choice:{field}": str(id_) for field, id_ in choices.items()}}
    return world.browser_of("agent").post(merge_page(pair.anna), body, follow=True)


def test_merging_leads_to_what_it_did(acme: World) -> None:
    pair = a_pair(acme)
    page = text(merge(acme, pair, first_name=pair.anja, email=pair.anna))
    assert "1 merged into Anja Muster" in page
    contact = stored(acme, pair.anna).contact
    assert (contact.first_name, contact.email) == ("Anja", "anna@example.com")
    for word in ("first_name", "2 × ListingEntry", "Take apart"):
        assert word in page


def test_show_again_merges_nobody(acme: World) -> None:
    pair, before = a_pair(acme), all_tables()
    body = {"other": str(pair.anja), "preview": "1", "choice:email": str(pair.anja)}
    page = text(acme.browser_of("agent").post(merge_page(pair.anna), body))
    assert f'name="choice:email" value="{pair.anja}" checked' in page
    assert all_tables() == before


def test_merging_twice_is_nobodys_page(acme: World) -> None:
    pair = a_pair(acme)
    merge(acme, pair)
    assert merge(acme, pair).status_code == 404
    with acme.scope():
        assert Merge.objects.count() == 1


def test_the_page_of_who_was_merged_leads_to_who_they_are_now(acme: World) -> None:
    pair = a_pair(acme)
    merge(acme, pair)
    for page in ("contacts.Contact", "contacts.Customer"):
        answer = acme.browser_of("analyst").get(address(page, "change", pair.anja), follow=True)
        assert answer.redirect_chain[-1][0] == address("contacts.Contact", "change", pair.anna)
        assert "was merged into" in text(answer)


def test_taking_apart_asks_first_and_reports(acme: World) -> None:
    pair, browser = a_pair(acme), acme.browser_of("agent")
    before = all_tables()
    merge(acme, pair)
    with acme.scope():
        path = f"/admin/contacts/merge/{Merge.objects.get().pk}/unmerge/"
    assert "Take this merge apart?" in text(browser.get(path))
    assert all_tables() != before
    page = text(browser.post(path, follow=True))
    assert all_tables() == before
    for word in ("Taken apart", "2 × Contact went back", "Nothing was left"):
        assert word in page
    assert "taken apart already" in text(browser.post(path, follow=True))


def test_only_who_may_write_people_merges_them(acme: World, twins: tuple[UUID, UUID]) -> None:
    one, other = twins
    pair_id = the_pair(acme).pk
    with acme.scope():
        merge_id = merge_contacts(winner_id=a_customer_id(), loser_ids=[a_customer_id()]).merge_id
    browser = acme.browser_of("analyst")
    for path in (merge_page(one), f"{merge_page(one)}look/", f"/admin/contacts/merge/{merge_id}/unmerge/",
                 f"{LIST}{pair_id}/dismiss/"):  # fmt: skip
        assert browser.get(path).status_code == browser.post(path, {"other": str(other)}).status_code == 403
    assert merge_page(one) not in text(browser.get(address("contacts.Contact", "change", one)))
    assert merge_page(one) in text(acme.browser_of("agent").get(address("contacts.Contact", "change", one)))


def a_customer_id() -> Any:
    from crm.contacts.services import create_customer

    return create_customer(name="Somebody", email=f"{uuid4()}@example.com").pk


def test_pages_about_strangers_are_not_there(acme: World, rival: World, twins: tuple[UUID, UUID]) -> None:
    one, other = twins
    browser, own = rival.browser_of("owner"), a_customer(rival)
    for path in (merge_page(one), merge_page(uuid4()), f"{merge_page(own)}?other={other}",
                 f"{LIST}{the_pair(acme).pk}/dismiss/", f"/admin/contacts/merge/{uuid4()}/unmerge/"):  # fmt: skip
        assert browser.get(path).status_code == 404
    assert browser.get(merge_page(own), {"other": "nonsense"}).status_code == 200

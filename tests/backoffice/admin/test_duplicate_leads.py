"""Possible duplicates among leads in the back office: seen side by side, merged after a look, taken apart."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.contacts.models import DuplicatePair
from crm.kernel.merging.records import PairState
from crm.leads.models import LeadMerge, LeadPair
from crm.leads.services import convert_lead, find_duplicates_of_lead, merge_leads
from tests.backoffice.admin.pages import address
from tests.builders import a_lead
from tests.cast import World
from tests.crm.leads.merge_stage import Leads, all_tables, kept, two_leads

LIST = address("leads.LeadPair")
PHONE = "+35799123834"


def merge_page(lead_id: Any) -> str:
    return f"/admin/leads/leadmerge/of/{lead_id}/"


@pytest.fixture
def twins(acme: World) -> tuple[UUID, UUID]:
    """Two leads of one phone, who were found."""
    one, other = (a_lead(acme, name=name, phone=PHONE) for name in ("Ada First", "Ada Second"))
    with acme.scope():
        find_duplicates_of_lead(lead_id=one)
        find_duplicates_of_lead(lead_id=other)
    return one, other


def the_pair(world: World) -> LeadPair:
    with world.scope():
        return LeadPair.objects.get()


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content
    return str(answer.content.decode())


def test_the_list_shows_who_and_why_and_finds_either(acme: World, twins: tuple[UUID, UUID]) -> None:
    browser = acme.browser_of("analyst")
    page = text(browser.get(LIST))
    for word in ("Ada First / Ada Second", "100 %", "phone"):
        assert word in page
    assert "Ada First / Ada Second" in text(browser.get(LIST, {"q": "second"}))
    assert "Ada First / Ada Second" not in text(browser.get(LIST, {"q": "nobody"}))


def test_a_pair_shows_both_side_by_side(acme: World, twins: tuple[UUID, UUID]) -> None:
    path = address("leads.LeadPair", "change", the_pair(acme).pk)
    page = text(acme.browser_of("agent").get(path))
    for id_ in twins:
        assert merge_page(id_) in page
        assert kept(acme, id_).email in page
    assert merge_page(twins[0]) not in text(acme.browser_of("analyst").get(path))


def test_dismissing_asks_first(acme: World, twins: tuple[UUID, UUID]) -> None:
    browser, path = acme.browser_of("agent"), f"{LIST}{the_pair(acme).pk}/dismiss/"
    assert "different people" in text(browser.get(path))
    assert the_pair(acme).state == PairState.OPEN
    assert browser.post(path).status_code == 302
    assert the_pair(acme).state == PairState.DISMISSED
    assert browser.post(path).status_code == 404


def test_the_merge_page_offers_who_is_alike_and_who_is_searched_for(acme: World, twins: tuple[UUID, UUID]) -> None:
    one, other = twins
    somebody, browser = a_lead(acme, name="Zoe Else"), acme.browser_of("agent")
    page = text(browser.get(merge_page(one)))
    assert f"?other={other}" in page
    assert f"?other={somebody}" not in page
    assert f"?other={somebody}" in text(browser.get(merge_page(one), {"q": "zoe"}))


def test_looking_again_finds_who_came_since(acme: World, twins: tuple[UUID, UUID]) -> None:
    late, browser = a_lead(acme, name="Ada Late", phone=PHONE), acme.browser_of("agent")
    with acme.scope():
        find_duplicates_of_lead(lead_id=late)
        LeadPair.objects.filter(second=late).delete()
    assert f"?other={late}" not in text(browser.get(merge_page(twins[0])))
    assert f"?other={late}" in text(browser.post(f"{merge_page(twins[0])}look/", follow=True))


def test_the_preview_shows_who_wins_in_words_and_changes_nothing(acme: World) -> None:
    pair, before = two_leads(acme), all_tables()
    page = text(acme.browser_of("agent").get(merge_page(pair.ina), {"other": str(pair.ines)}))
    for word in ("Nothing is done yet", "ines@example.com", PHONE, "1 × LeadInteraction", "Spring", "Proposal",
                 "Referral", "Agent"):  # fmt: skip
        assert word in page
    assert f'name="choice:phone" value="{pair.ines}" checked' in page
    for field in ("status", "customer_id", "last_contact"):
        assert f'name="choice:{field}"' not in page
    assert all_tables() == before


def merge(world: World, pair: Leads, **choices: Any) -> Any:
    body = {"other": str(pair.ines), "merge": "1", **{f"choice:{field}": str(id_) for field, id_ in choices.items()}}
    return world.browser_of("agent").post(merge_page(pair.ina), body, follow=True)


def test_merging_leads_to_what_it_did_and_a_double_click_to_nobody(acme: World) -> None:
    pair = two_leads(acme)
    page = text(merge(acme, pair, name=pair.ines, email=pair.ina))
    for word in ("1 merged into Ines Muster", "1 × LeadInteraction", "Take apart"):
        assert word in page
    assert (kept(acme, pair.ina).name, kept(acme, pair.ina).email) == ("Ines Muster", "ina@example.com")
    assert merge(acme, pair).status_code == 404
    with acme.scope():
        assert LeadMerge.objects.count() == 1


def test_leads_of_different_customers_are_refused_in_words(acme: World) -> None:
    one, other = a_lead(acme), a_lead(acme)
    with acme.scope():
        for lead_id in (one, other):
            convert_lead(lead_id=lead_id)
    page = text(acme.browser_of("agent").get(merge_page(one), {"other": str(other)}))
    assert "different customers" in page


def test_the_page_of_a_lead_leads_to_the_merge_and_that_of_a_merged_one_to_the_winner(acme: World) -> None:
    pair = two_leads(acme)
    old = address("leads.Lead", "change", pair.ines)
    assert merge_page(pair.ines) in text(acme.browser_of("agent").get(old))
    assert merge_page(pair.ines) not in text(acme.browser_of("analyst").get(old))
    merge(acme, pair)
    answer = acme.browser_of("analyst").get(old, follow=True)
    assert answer.redirect_chain[-1][0] == address("leads.Lead", "change", pair.ina)
    assert "was merged into" in text(answer)


def test_taking_apart_asks_first_and_reports(acme: World) -> None:
    pair, browser = two_leads(acme), acme.browser_of("agent")
    before = all_tables()
    merge(acme, pair)
    with acme.scope():
        path = f"/admin/leads/leadmerge/{LeadMerge.objects.get().pk}/unmerge/"
    assert "Take this merge apart?" in text(browser.get(path))
    assert all_tables() != before
    page = text(browser.post(path, follow=True))
    assert all_tables() == before
    for word in ("Taken apart", "2 × Lead went back", "Nothing was left"):
        assert word in page
    assert "taken apart already" in text(browser.post(path, follow=True))


def test_only_who_may_write_leads_merges_them(acme: World, twins: tuple[UUID, UUID]) -> None:
    one, other = twins
    pair_id, browser = the_pair(acme).pk, acme.browser_of("analyst")
    winner, loser = a_lead(acme), a_lead(acme)
    with acme.scope():
        merge_id = merge_leads(winner_id=winner, loser_ids=[loser]).merge_id
    for path in (merge_page(one), f"{merge_page(one)}look/", f"/admin/leads/leadmerge/{merge_id}/unmerge/",
                 f"{LIST}{pair_id}/dismiss/"):  # fmt: skip
        assert browser.get(path).status_code == browser.post(path, {"other": str(other)}).status_code == 403


def test_pages_about_strangers_are_not_there(acme: World, rival: World, twins: tuple[UUID, UUID]) -> None:
    one, other = twins
    browser, own = rival.browser_of("owner"), a_lead(rival)
    for path in (merge_page(one), merge_page(uuid4()), f"{merge_page(own)}?other={other}",
                 f"{LIST}{the_pair(acme).pk}/dismiss/", f"/admin/leads/leadmerge/{uuid4()}/unmerge/"):  # fmt: skip
        assert browser.get(path).status_code == 404
    assert browser.get(merge_page(own), {"other": "nonsense"}).status_code == 200


def test_leads_and_people_are_not_mixed_up(acme: World, twins: tuple[UUID, UUID]) -> None:
    assert acme.browser_of("agent").get(f"/admin/contacts/merge/of/{twins[0]}/").status_code == 404
    with acme.scope():
        assert not DuplicatePair.objects.exists()

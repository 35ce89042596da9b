"""Two people become one: whose values stay, and where each row goes (semantics §3.13)."""

from datetime import date

import pytest

from crm.campaigns.models import ListingEntry
from crm.contacts.errors import ContactNotFound
from crm.contacts.models import (
    CompanyProfile,
    Customer,
    FurtherAddress,
    Identity,
    IdentityDocument,
    MergedContact,
)
from crm.contacts.selectors import contact_by_id, customers
from crm.contacts.services import (
    create_contact,
    create_customer,
    merge_contacts,
    reveal_document,
)
from crm.kernel.errors import Invalid
from crm.organisations.models import Session
from loyalty.members.models import Member
from loyalty.tiers.models import TierChange
from loyalty.tiers.services import set_tier
from tests.builders import a_customer, stored
from tests.cast import World
from tests.crm.contacts.merge_stage import Pair, a_pair, merged


@pytest.fixture
def pair(acme: World) -> Pair:
    return a_pair(acme)


def test_the_winners_values_stay_and_the_blanks_are_filled(acme: World, pair: Pair) -> None:
    merged(acme, pair)
    anna = stored(acme, pair.anna)
    contact = anna.contact
    assert (contact.name, contact.first_name, contact.last_name) == ("Anna Muster", "Anna", "Muster")
    assert (contact.email, contact.phone, contact.company_name) == ("anna@example.com", "+35799123834", "Muster Ltd")
    assert contact.date_of_birth == date(1990, 5, 17)
    assert (anna.notes, anna.tax_id) == ("likes tea", "T-1")
    assert contact.custom_fields == {"shoe": 40, "pet": "cat"}


def test_the_strictest_consent_holds_whoever_gave_it(acme: World, pair: Pair) -> None:
    merged(acme, pair)
    contact = stored(acme, pair.anna).contact
    assert (contact.email_opt_out, contact.sms_opt_out, contact.consent_state) == (True, False, "withdrawn")


@pytest.mark.parametrize(
    ("winners", "losers", "kept"),
    [("withdrawn", "accepted", "withdrawn"), ("rejected", "withdrawn", "withdrawn"),
     ("pending", "rejected", "rejected"), ("accepted", "pending", "pending")],
)  # fmt: skip
def test_consents_are_ordered_by_what_they_allow(acme: World, winners: str, losers: str, kept: str) -> None:
    one, other = a_customer(acme, consent_state=winners), a_customer(acme, consent_state=losers, sms_opt_out=True)
    with acme.scope():
        merge_contacts(winner_id=one, loser_ids=[other])
    contact = stored(acme, one).contact
    assert (contact.consent_state, contact.sms_opt_out) == (kept, True)


def test_the_oldest_date_stays(acme: World, pair: Pair) -> None:
    oldest = stored(acme, pair.anja).contact.created_at
    merged(acme, pair)
    assert stored(acme, pair.anna).contact.created_at == oldest


def test_a_choice_gives_a_field_a_losers_value(acme: World, pair: Pair) -> None:
    choices = {"name": pair.anja, "email": pair.anja, "custom_fields.shoe": pair.anja, "notes": pair.anna}
    merged(acme, pair, choices=choices)
    anna = stored(acme, pair.anna)
    assert (anna.contact.name, anna.contact.email) == ("Anja Muster", "anja@example.com")
    assert anna.contact.custom_fields["shoe"] == 38
    assert anna.notes == ""
    with acme.scope():
        assert FurtherAddress.objects.get().value == "anna@example.com"


@pytest.mark.parametrize("field", ["consent_state", "email_opt_out", "id", "custom_fields.unheard", "nonsense"])
def test_what_cannot_be_chosen_is_refused(acme: World, pair: Pair, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        merged(acme, pair, choices={field: pair.anja})
    assert [complaint.field for complaint in refused.value.complaints] == [f"choices.{field}"]


def test_a_choice_of_somebody_else_is_refused(acme: World, pair: Pair) -> None:
    with pytest.raises(Invalid):
        merged(acme, pair, choices={"email": a_customer(acme)})


def test_blanks_are_filled_from_the_first_loser_who_has_something(acme: World) -> None:
    winner, bare, first, second = (a_customer(acme, tax_id=tax) for tax in ("", "", "FIRST", "SECOND"))
    with acme.scope():
        merge_contacts(winner_id=winner, loser_ids=[bare, first, second])
    assert stored(acme, winner).tax_id == "FIRST"


def test_no_address_is_lost(acme: World, pair: Pair) -> None:
    merged(acme, pair)
    with acme.scope():
        assert FurtherAddress.objects.get().value == "anja@example.com"
        assert set(Identity.objects.values_list("contact_id", "value")) == {
            (pair.anna, "anna@example.com"), (pair.anna, "anja@example.com"),
        }  # fmt: skip


def test_a_losers_address_is_free_again_unless_the_winner_took_it(acme: World, pair: Pair) -> None:
    merged(acme, pair)
    with acme.scope():
        assert create_customer(name="New", email="anja@example.com")


def test_listings_show_one_entry_and_end_the_one_too_many(acme: World, pair: Pair) -> None:
    merged(acme, pair)
    with acme.scope():
        rows = ListingEntry.objects.values_list("contact_id", "listing__name", "ended_at")
        assert {contact for contact, _, _ in rows} == {pair.anna}
        assert sorted(name for _, name, ended in rows if ended is None) == ["Gala", "Newsletter"]
        assert [name for _, name, ended in rows if ended] == ["Newsletter"]


def test_documents_can_still_be_opened(acme: World, pair: Pair) -> None:
    merged(acme, pair)
    with acme.scope():
        mine = IdentityDocument.objects.filter(contact_id=pair.anna)
        assert {reveal_document(document_id=document.pk) for document in mine} == {"P-anna", "ID-4711"}


def test_the_better_tier_stays_with_its_history(acme: World, pair: Pair) -> None:
    merged(acme, pair)
    standing = stored(acme, pair.anna).contact.member.standing  # type: ignore[attr-defined]
    assert (standing.tier.slug, standing.reason, standing.is_locked) == ("gold", "friend", True)
    with acme.scope():
        changes = TierChange.objects.order_by("id").values_list("member_id", "to_tier__slug", "reason")
        assert list(changes) == [(pair.anna, "gold", "friend"), (pair.anna, "gold", "merged")]


def test_a_winner_in_the_better_tier_keeps_it(acme: World, pair: Pair) -> None:
    with acme.scope():
        set_tier(contact_id=pair.anna, slug="platinum", reason="mine")
    merged(acme, pair)
    standing = stored(acme, pair.anna).contact.member.standing  # type: ignore[attr-defined]
    assert (standing.tier.slug, standing.reason) == ("platinum", "mine")


def test_a_company_profile_is_filled_or_taken_over(acme: World, pair: Pair) -> None:
    merged(acme, pair)
    with acme.scope():
        profile = CompanyProfile.objects.get(pk=pair.anna)
    assert (profile.number_of_employees, profile.industry_sectors) == (7, ["food", "wine"])


def test_a_contact_from_a_listing_becomes_the_customer_who_was_merged_into_them(acme: World) -> None:
    customer = a_customer(acme, name="Cus Tomer", notes="kept")
    with acme.scope():
        contact = create_contact(first_name="Lis", last_name="Ted", email="listed@example.com").pk
        merge_contacts(winner_id=contact, loser_ids=[customer])
        assert customers().get().pk == contact
        assert Member.objects.get(left_at=None).pk == contact
    found = stored(acme, contact)
    assert (found.contact.name, found.notes) == ("Lis Ted", "kept")
    assert found.contact.member.standing.tier.slug == "bronze"  # type: ignore[attr-defined]
    assert acme.api.get(f"/dev/crm/customers/{contact}").status_code == 200


def test_two_contacts_who_are_no_customers_stay_contacts(acme: World) -> None:
    with acme.scope():
        one, other = (create_contact(first_name=name, email=f"{name}@example.com").pk for name in ("one", "other"))
        merge_contacts(winner_id=one, loser_ids=[other])
        assert not Customer.objects.exists()
        assert not Member.objects.exists()


def test_losers_are_gone_and_say_where_they_went(acme: World, pair: Pair) -> None:
    merged(acme, pair)
    with acme.scope():
        with pytest.raises(ContactNotFound):
            contact_by_id(pair.anja)
        assert not customers().filter(pk=pair.anja).exists()
        assert Member.objects.get(pk=pair.anja).left_at is not None
        assert MergedContact.objects.get().into_id == pair.anna


def test_where_somebody_went_follows_the_next_merge(acme: World, pair: Pair) -> None:
    last = a_customer(acme)
    merged(acme, pair)
    with acme.scope():
        merge_contacts(winner_id=last, loser_ids=[pair.anna])
        assert set(MergedContact.objects.values_list("pk", "into_id")) == {(pair.anja, last), (pair.anna, last)}


def test_sessions_of_losers_end(acme: World, pair: Pair) -> None:
    merged(acme, pair)
    session = Session.objects.get(kind="member")
    assert (session.is_open, session.ended_because) == (False, "merged")

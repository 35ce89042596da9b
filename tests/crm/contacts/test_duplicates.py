"""Who may be there twice: what is compared, what it scores, and which pairs are kept (semantics §3.13)."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.contacts.errors import ContactNotFound, PairNotFound
from crm.contacts.models import Contact, DuplicatePair, MatchKey, Merge, MergedRow, PairState
from crm.contacts.selectors import possible_duplicates
from crm.contacts.services import (
    delete_contact,
    dismiss_pair,
    duplicates,
    find_duplicates_of,
    keep_document,
    merge_contacts,
    scan_chunk,
    unmerge,
    update_customer,
)
from crm.contacts.services.likeness import Likeness, likeness, plain_company, same_mailbox, sound_of
from crm.kernel.audit import events_about
from crm.kernel.ids import new_id
from crm.kernel.jobs import carry_on, run_now
from crm.kernel.models import JobRun
from tests.builders import a_customer
from tests.cast import World

BORN = date(1990, 5, 17)


def like(**values: Any) -> Likeness:
    return Likeness(**{name: frozenset(value) if isinstance(value, set) else value for name, value in values.items()})


ANNA = like(first_name="Anna", last_name="Müller", company="Blue Sky Ltd", birthday=BORN)


@pytest.mark.parametrize(
    ("one", "other", "score", "reasons"),
    [
        (ANNA, ANNA, 1000, ["name", "company", "birthday"]),
        (ANNA, like(first_name="ANNE", last_name="MULLER", company="blue sky GmbH", birthday=BORN), 1000,
         ["name", "company", "birthday"]),
        (ANNA, like(first_name="Müller", last_name="Anna", birthday=BORN), 750, ["name", "birthday"]),
        (ANNA, like(first_name="Anna", last_name="Müller", company="Blue Sky"), 750, ["name", "company"]),
        (ANNA, like(first_name="Anna", last_name="Müller"), 500, ["name"]),
        (ANNA, like(company="Blue Sky", birthday=BORN), 500, ["company", "birthday"]),
        (like(emails={"a@x.io"}), like(emails={"A@X.io ", "b@x.io"}), 1000, ["email"]),
        (like(emails={"a.b+c@gmail.com"}), like(emails={"ab@googlemail.com"}), 1000, ["email"]),
        (like(emails={"a.b@x.io"}), like(emails={"ab@x.io"}), 0, []),
        (like(numbers={"tax:1"}), like(numbers={"tax:1"}), 1000, ["number"]),
        (like(phones={"35799123834"}), like(phones={"35799123834"}), 750, ["phone"]),
        (like(phones={"35799123834"}), like(phones={"099123834"}), 750, ["phone"]),
        (like(phones={"35799123834"}), like(phones={"35799123835"}), 0, []),
        (like(phones={"99123834", "1"}), like(phones={"1"}), 0, []),
        (like(first_name="Bill", last_name="Gray", phones={"35799123834"}),
         like(first_name="William", last_name="Gray", phones={"35799123834"}), 1000, ["phone", "name"]),
        (like(first_name="Eve", last_name="Gray", phones={"35799123834"}),
         like(first_name="William", last_name="Gray", phones={"35799123834"}), 750, ["phone"]),
        (like(), like(), 0, []),
    ],
)  # fmt: skip
def test_how_alike_two_people_are(one: Likeness, other: Likeness, score: int, reasons: list[str]) -> None:
    assert likeness(one, other) == (score, reasons)
    assert likeness(other, one) == (score, reasons)


def test_whoever_is_alike_enough_shares_a_key() -> None:
    typo = like(first_name="Ana", last_name="Mueler", company="Blue Sky", birthday=BORN)
    assert likeness(ANNA, typo)[0] >= 750
    assert ANNA.match_keys() & typo.match_keys()


@pytest.mark.parametrize(
    ("one", "other"), [("Maier", "Meyer"), ("Schmidt", "Schmitt"), ("Philipps", "Filips"), ("Kostas", "Costas")]
)
def test_names_that_sound_alike_are_looked_for_together(one: str, other: str) -> None:
    if one[0] == other[0]:
        assert sound_of("Jo", one) == sound_of("Jo", other) != ""
    else:
        assert sound_of("Jo", one)[1:] == sound_of("Jo", other)[1:]


def test_a_company_is_known_without_its_legal_form() -> None:
    assert plain_company("Müller & Söhne GmbH & Co. KG") == "muller sohne"
    assert plain_company("SA") == "sa"


def test_only_some_providers_overlook_dots_and_plus() -> None:
    assert same_mailbox("J.D+news@GoogleMail.com") == "jd@gmail.com"
    assert same_mailbox("J.D+news@example.com") == "j.d+news@example.com"


def scan(world: World) -> int:
    after, total = None, 0
    with world.scope():
        while True:
            after, number = scan_chunk(after=after)
            total += number
            if after is None:
                return total


def pairs(world: World) -> dict[frozenset[UUID], int]:
    with world.scope():
        return {frozenset((pair.first_id, pair.second_id)): pair.score for pair in possible_duplicates()}


def twins(world: World, **more: Any) -> frozenset[UUID]:
    given: dict[str, Any] = {"name": "Anna Muller", "company_name": "Blue Sky", "date_of_birth": BORN, **more}
    return frozenset((a_customer(world, **given), a_customer(world, **{**given, "name": "Anne Müller"})))


def test_a_scan_finds_the_pairs_of_everybody(acme: World, rival: World) -> None:
    alike, _others = twins(acme), [a_customer(acme) for _ in range(3)]
    elsewhere = twins(rival)
    assert scan(acme) == 5
    assert pairs(acme) == {alike: 1000}
    assert pairs(rival) == {}
    scan(rival)
    assert pairs(rival) == {elsewhere: 1000}


def test_in_whatever_chunks_the_same_pairs_are_found(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "CHUNK", 2)
    one, other, third = (twins(acme, date_of_birth=BORN + timedelta(days=n), company_name=f"C{n}") for n in range(3))
    assert scan(acme) == 6
    assert pairs(acme) == {one: 1000, other: 1000, third: 1000}


def test_addresses_of_the_merged_and_document_numbers_count(acme: World) -> None:
    one, other, third = (a_customer(acme, name=name) for name in ("Ada", "Bea", "Cleo"))
    with acme.scope():
        for id_ in (one, other):
            keep_document(contact_id=id_, kind="passport", number="P 1")
        gone = a_customer_called(acme, "old@example.com")
        merge_contacts(winner_id=third, loser_ids=[gone])
        fourth = a_customer_called(acme, "old@example.com")
    scan(acme)
    assert pairs(acme) == {frozenset((one, other)): 1000, frozenset((third, fourth)): 1000}


def a_customer_called(_world: World, email: str) -> UUID:
    from crm.contacts.services import create_customer

    return create_customer(name="Zoe", email=email).pk  # type: ignore[no-any-return]


def test_a_switchboard_makes_no_pairs(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "CROWD", 3)
    for n in range(3):
        a_customer(acme, name=f"{'XYZ'[n]} Person", phone="+35799123834")
    scan(acme)
    assert len(pairs(acme)) == 3
    a_customer(acme, name="Q Fourth", phone="+35799123834")
    scan(acme)
    assert all(pair for pair in pairs(acme))
    with acme.scope():
        assert not DuplicatePair.objects.filter(first=Contact.objects.get(name="Q Fourth").pk).exists()


def test_a_pair_goes_when_its_people_are_no_longer_alike(acme: World) -> None:
    one, _other = alike = twins(acme)
    scan(acme)
    with acme.scope():
        update_customer(contact_id=one, date_of_birth=None)
    scan(acme)
    assert pairs(acme) == {alike: 750}
    with acme.scope():
        update_customer(contact_id=one, company_name="")
    scan(acme)
    assert pairs(acme) == {}


def test_who_did_not_change_is_not_compared_again(acme: World) -> None:
    twins(acme)
    scan(acme)
    with acme.scope():
        DuplicatePair.objects.get_queryset().delete()
    scan(acme)
    assert pairs(acme) == {}


def test_one_person_can_be_looked_for_on_demand(acme: World) -> None:
    one, other = alike = twins(acme)
    a_customer(acme, name="Somebody Else")
    with acme.scope():
        find_duplicates_of(contact_id=other)
        found = find_duplicates_of(contact_id=one)
    assert [frozenset((pair.first_id, pair.second_id)) for pair in found] == [alike]


def test_nobody_unknown_is_looked_for(acme: World, rival: World) -> None:
    for stranger in (new_id(), a_customer(rival)):
        with acme.scope(), pytest.raises(ContactNotFound):
            find_duplicates_of(contact_id=stranger)


def test_a_dismissed_pair_is_not_found_again(acme: World) -> None:
    one, _other = twins(acme)
    scan(acme)
    with acme.scope():
        pair = DuplicatePair.objects.get()
        dismiss_pair(pair_id=pair.pk)
        assert events_about("contact", pair.first_id).filter(name="duplicate.dismissed").exists()
        update_customer(contact_id=one, title="Dr")
        find_duplicates_of(contact_id=one)
        assert DuplicatePair.objects.get().state == PairState.DISMISSED
        with pytest.raises(PairNotFound):
            dismiss_pair(pair_id=pair.pk)
    assert pairs(acme) == {}


def test_pairs_of_another_place_cannot_be_dismissed(acme: World, rival: World) -> None:
    twins(rival)
    scan(rival)
    with rival.scope():
        pair_id = DuplicatePair.objects.get().pk
    with acme.scope(), pytest.raises(PairNotFound):
        dismiss_pair(pair_id=pair_id)


def test_a_merge_settles_its_pairs_and_an_unmerge_brings_them_back(acme: World) -> None:
    one, other = alike = twins(acme)
    third = a_customer(acme, name="Anna Muller", company_name="Blue Sky", date_of_birth=BORN)
    scan(acme)
    assert len(pairs(acme)) == 3
    with acme.scope():
        plan = merge_contacts(winner_id=one, loser_ids=[other])
        assert DuplicatePair.objects.get(first__in=alike, second__in=alike).state == PairState.MERGED
    assert pairs(acme) == {frozenset((one, third)): 1000}
    with acme.scope():
        unmerge(merge_id=plan.merge_id)  # type: ignore[arg-type]
    assert len(pairs(acme)) == 3


def test_the_keys_of_who_left_are_forgotten(acme: World) -> None:
    one, other = twins(acme)
    scan(acme)
    with acme.scope():
        delete_contact(contact_id=one)
    scan(acme)
    with acme.scope():
        assert set(MatchKey.objects.values_list("contact_id", flat=True)) == {other}


def test_the_nightly_job_goes_through_every_place(
    acme: World, rehearsal: World, rival: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "CHUNK", 1)
    worlds = (acme, rehearsal, rival)
    alike = [twins(world) for world in worlds]
    run = run_now("find_duplicates")
    assert carry_on(run.pk)
    assert [pairs(world) for world in worlds] == [{pair: 1000} for pair in alike]
    assert JobRun.objects.get(pk=run.pk).done == 6


def test_a_job_that_was_stopped_goes_on_where_it_stood(acme: World) -> None:
    first, *rest = sorted(a_customer(acme, tax_id="DE 1") for _ in range(3))
    run = run_now("find_duplicates")
    JobRun.objects.filter(pk=run.pk).update(cursor=f"{acme.organisation.id}/live#{first}")
    assert carry_on(run.pk)
    with acme.scope():
        assert set(MatchKey.objects.values_list("contact_id", flat=True)) == set(rest)


def test_kept_rows_are_forgotten_by_a_job(acme: World) -> None:
    one, other = twins(acme)
    with acme.scope() as scope:
        merge_contacts(winner_id=one, loser_ids=[other])
        Merge.objects.update(merged_at=scope.now - timedelta(days=31))
    assert carry_on(run_now("forget_merges").pk)
    with acme.scope():
        assert not MergedRow.objects.exists()


def test_a_chunk_costs_the_same_for_two_pairs_as_for_twenty(acme: World) -> None:
    def cost() -> int:
        with acme.scope(), CaptureQueriesContext(connection) as captured:
            scan_chunk()
        return len(captured)

    twins(acme)
    few = cost()
    for n in range(20):
        twins(acme, date_of_birth=BORN + timedelta(days=n + 1), company_name=f"C{n}")
    assert cost() == few

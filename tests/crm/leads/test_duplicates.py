"""Which leads may be there twice: what is compared, what it scores, and which pairs are kept (semantics §3.13)."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.kernel.audit import events_about
from crm.kernel.ids import new_id
from crm.kernel.jobs import carry_on, run_now
from crm.kernel.merging.errors import PairNotFound
from crm.kernel.merging.records import PairState
from crm.leads.errors import LeadNotFound
from crm.leads.models import LeadMatchKey, LeadPair
from crm.leads.selectors import possible_duplicate_leads
from crm.leads.services import (
    capture_lead,
    change_lead,
    delete_lead,
    dismiss_lead_pair,
    duplicates,
    find_duplicates_of_lead,
    merge_leads,
    scan_leads,
    unmerge_leads,
)
from tests.builders import a_lead
from tests.cast import World

PHONE = "+35799123834"


def scan(world: World) -> int:
    after, total = None, 0
    with world.scope():
        while True:
            after, number = scan_leads(after=after)
            total += number
            if after is None:
                return total


def pairs(world: World) -> dict[frozenset[UUID], tuple[int, list[str]]]:
    with world.scope():
        found = list(possible_duplicate_leads())
    return {frozenset((pair.first_id, pair.second_id)): (pair.score, pair.reasons) for pair in found}


def twins(world: World, **more: Any) -> frozenset[UUID]:
    return frozenset(a_lead(world, **{"phone": PHONE, **more}) for _ in range(2))


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ({"phone": PHONE}, {"phone": PHONE}, (1000, ["phone"])),
        ({"name": "Anna Müller", "phone": PHONE}, {"name": "Anne Muller", "phone": "+357 99 123834"},
         (1000, ["phone", "name"])),
        ({"name": "Anna Müller", "company": "Blue Sky Ltd"}, {"name": "Anne Muller", "company": "blue sky GmbH"},
         (750, ["name", "company"])),
        ({"name": "Anna Müller"}, {"name": "Anna Müller"}, None),
        ({"company": "Blue Sky"}, {"company": "Blue Sky"}, None),
        ({"name": "Anna", "company": "Blue Sky"}, {"name": "Anna", "company": "Blue Sky"}, None),
        ({"email": "a.b+news@gmail.com"}, {"email": "ab@googlemail.com"}, (1000, ["email"])),
        ({"phone": PHONE}, {"phone": "+35799123835"}, None),
    ],
)  # fmt: skip
def test_how_alike_two_leads_are(acme: World, one: Any, other: Any, found: Any) -> None:
    names = {"name": "Xenia Alpha"}, {"name": "Quirin Beta"}
    ids = frozenset(a_lead(acme, **{**name, **values}) for name, values in zip(names, (one, other), strict=True))
    scan(acme)
    assert pairs(acme) == ({ids: found} if found else {})


def test_an_address_of_the_merged_tells_a_duplicate(acme: World) -> None:
    winner, gone = a_lead(acme), a_lead(acme, email="old@gmail.com")
    with acme.scope():
        merge_leads(winner_id=winner, loser_ids=[gone])
        again = capture_lead(name="Somebody", email="o.l.d@gmail.com").pk
    scan(acme)
    assert pairs(acme) == {frozenset((winner, again)): (1000, ["email"])}


def test_a_scan_finds_the_pairs_of_its_place_in_whatever_chunks(
    acme: World, rehearsal: World, rival: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "CHUNK", 2)
    places = (acme, rehearsal, rival)
    alike = [twins(world) for world in places]
    a_lead(acme)
    assert scan(acme) == 3
    assert (list(pairs(acme)), list(pairs(rival))) == ([alike[0]], [])
    run = run_now("find_duplicate_leads")
    assert carry_on(run.pk)
    assert [list(pairs(world)) for world in places] == [[pair] for pair in alike]


def test_a_switchboard_makes_no_pairs(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "CROWD", 2)
    for _ in range(3):
        a_lead(acme, phone=PHONE)
    scan(acme)
    assert pairs(acme) == {}


def test_a_pair_goes_when_its_leads_are_no_longer_alike(acme: World) -> None:
    one, _other = twins(acme)
    scan(acme)
    assert len(pairs(acme)) == 1
    with acme.scope():
        change_lead(lead_id=one, phone=None)
    scan(acme)
    assert pairs(acme) == {}


def test_a_dismissed_pair_is_not_found_again(acme: World, rival: World) -> None:
    one, _other = twins(acme)
    with acme.scope():
        (pair,) = find_duplicates_of_lead(lead_id=one) or find_duplicates_of_lead(lead_id=_other)
    with rival.scope(), pytest.raises(PairNotFound):
        dismiss_lead_pair(pair_id=pair.pk)
    with acme.scope():
        dismiss_lead_pair(pair_id=pair.pk)
        assert events_about("lead", pair.first_id).filter(name="lead_duplicate.dismissed").exists()
        find_duplicates_of_lead(lead_id=one)
        assert LeadPair.objects.get().state == PairState.DISMISSED
        with pytest.raises(PairNotFound):
            dismiss_lead_pair(pair_id=pair.pk)
    assert pairs(acme) == {}


def test_nobody_unknown_is_looked_for(acme: World, rival: World) -> None:
    for stranger in (new_id(), a_lead(rival)):
        with acme.scope(), pytest.raises(LeadNotFound):
            find_duplicates_of_lead(lead_id=stranger)


def test_a_merge_settles_its_pairs_and_an_unmerge_brings_them_back(acme: World) -> None:
    one, other = alike = twins(acme)
    third = a_lead(acme, phone=PHONE)
    scan(acme)
    assert len(pairs(acme)) == 3
    with acme.scope():
        plan = merge_leads(winner_id=one, loser_ids=[other])
        assert LeadPair.objects.get(first__in=alike, second__in=alike).state == PairState.MERGED
    assert list(pairs(acme)) == [frozenset((one, third))]
    with acme.scope():
        unmerge_leads(merge_id=plan.merge_id)  # type: ignore[arg-type]
    assert len(pairs(acme)) == 3


def test_the_keys_of_who_left_are_forgotten(acme: World) -> None:
    one, other = twins(acme)
    scan(acme)
    with acme.scope():
        delete_lead(lead_id=one)
    scan(acme)
    with acme.scope():
        assert set(LeadMatchKey.objects.values_list("lead_id", flat=True)) == {other}


def test_a_chunk_costs_the_same_for_two_pairs_as_for_twenty(acme: World) -> None:
    def cost() -> int:
        with acme.scope(), CaptureQueriesContext(connection) as captured:
            scan_leads()
        return len(captured)

    twins(acme)
    few = cost()
    for number in range(20):
        twins(acme, phone=f"+357991238{number:02}")
    assert cost() == few

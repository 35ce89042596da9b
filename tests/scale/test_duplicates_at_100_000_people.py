"""The nightly search for duplicates among 100,000 people: near-linear, and short when nothing has changed."""

from time import perf_counter
from typing import Any

import pytest

from crm.contacts.models import DuplicatePair, MatchKey
from crm.contacts.services import create_customer, scan_chunk
from crm.kernel.bulk import analyse

pytestmark = [pytest.mark.django_db, pytest.mark.large, pytest.mark.xdist_group("scale")]


def scan() -> tuple[int, float]:
    after, total, began = None, 0, perf_counter()
    while True:
        after, number = scan_chunk(after=after)
        total += number
        if after is None:
            return total, perf_counter() - began


def test_everybody_is_searched_and_a_second_search_finds_little_to_do(crowd: Any, capsys: Any) -> None:
    acme, everybody = crowd
    with acme.scope():
        someone = next(person for person in everybody if person.phone and person.status == "active")
        twin = create_customer(name=someone.name, phone=someone.phone, email="twin@example.com").pk
        total, first = scan()
        analyse(MatchKey)
        _again, second = scan()
        pairs = DuplicatePair.objects.count()
        assert DuplicatePair.objects.filter(first=someone.id, second=twin, score=1000).exists()
    with capsys.disabled():
        print(f"\n{total} people: {first:.1f} s at first, {second:.1f} s when nothing changed, {pairs} pairs")
    assert second < first

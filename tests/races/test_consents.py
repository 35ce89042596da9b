"""Two decisions about one person's consent at once: each real change has one entry, and the entries are a chain."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from crm.contacts.models import ConsentEntry, Contact
from crm.contacts.services import contacts as contact_services
from crm.contacts.services import decide_consent
from tests.builders import a_customer
from tests.cast import Cast, World
from tests.races.together import succeeded, together

pytestmark = pytest.mark.xdist_group("races")

CALLERS = 6
ROUNDS = 8


def deciding(world: World, contact_id: UUID, state: str) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return decide_consent(contact_id=contact_id, consent_state=state)

    return work


def chain_of(world: World, contact_id: UUID, *states: str) -> list[tuple[str, str]]:
    """What was written down of decisions that were all made at once."""
    outcomes = together(*[deciding(world, contact_id, state) for state in states])
    assert succeeded(outcomes) == len(states), outcomes
    with world.scope():
        rows = ConsentEntry.objects.filter(contact_id=contact_id)
        return list(rows.order_by("id").values_list("before", "after"))


def test_many_who_say_the_same_make_one_entry(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        assert chain_of(acme, a_customer(acme), *["accepted"] * CALLERS) == [("pending", "accepted")]


def test_each_real_change_has_its_entry(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        contact_id = a_customer(acme)
        chain = chain_of(acme, contact_id, *["accepted", "rejected"] * (CALLERS // 2))
        begins = [before for before, _after in chain]
        assert begins.count("pending") == 1
        with acme.scope():
            state = Contact.objects.get(pk=contact_id).consent_state
        ends = [after for _before, after in chain]
        # As often as a state was come to it was left again, but for the one that stands.
        assert {one: ends.count(one) - begins.count(one) for one in ("accepted", "rejected")} == {
            one: int(one == state) for one in ("accepted", "rejected")
        }


def test_without_the_lock_one_change_is_written_down_more_than_once(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = committed_cast.acme
    monkeypatch.setattr(contact_services, "locked_contact", lambda id_: Contact.objects.get(pk=id_))
    chains = [chain_of(acme, a_customer(acme), *["accepted"] * CALLERS) for _ in range(ROUNDS)]
    assert any(len(chain) > 1 for chain in chains)

"""Several people become one: the winner stays, the losers go, and what was theirs is the winner's (semantics §3.13)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from crm.contacts.errors import ContactNotFound
from crm.contacts.events import ContactMerged
from crm.contacts.merging import PEOPLE
from crm.contacts.models import ConsentCause, Contact, Customer, FurtherAddress, Merge
from crm.contacts.services.contacts import save_person
from crm.contacts.services.further_addresses import addresses_of, keep_addresses
from crm.contacts.services.merge_fields import Person, decided, write_contact, written_customer
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.merging.fields import FieldChoice
from crm.kernel.merging.snapshots import watched
from crm.kernel.merging.steps import (
    MergePlan,
    done_or_rehearsed,
    ensure_all_live,
    ensure_sensible,
    gather,
    lock_living,
    move_rows,
    open_merge,
    retire,
)
from crm.kernel.transactions import atomic


@atomic
def merge_contacts(
    *, winner_id: UUID, loser_ids: Sequence[UUID], choices: Mapping[str, UUID] | None = None, dry_run: bool = False
) -> MergePlan:
    """Merge the losers into the winner. `choices` names, for a field, the person whose value it gets.

    A dry run does it all and takes it back, so what it tells is what would happen. Raises ContactNotFound,
    AlreadyMerged, Invalid.
    """
    ensure_sensible(winner_id, loser_ids)
    return done_or_rehearsed(lambda: _carried_out(_locked([winner_id, *loser_ids]), choices or {}), dry_run=dry_run)


@atomic
def gather_stragglers(*, merge_id: UUID) -> int:
    """Move what came to a loser while they were being merged, from a transaction that had begun before; how much."""
    return gather(Merge, merge_id, PEOPLE)


def lock_people(ids: Iterable[UUID]) -> dict[UUID, Contact]:
    """The living among these contacts under their locks."""
    return lock_living(Contact, ids)


def _locked(ids: Sequence[UUID]) -> list[Person]:
    """The winner, then the losers as named."""
    living = lock_people(ids)
    ensure_all_live(Merge, ids, living, not_found=ContactNotFound)
    customers = lock_living(Customer, ids)
    return [Person(living[id_], customers.get(id_)) for id_ in ids]


def _carried_out(people: list[Person], choices: Mapping[str, UUID]) -> MergePlan:
    winner_id, losers = people[0].id, tuple(person.id for person in people[1:])
    fields = decided(people, choices)
    addresses = addresses_of(person.contact for person in people)
    merge = open_merge(Merge, winner_id, losers, fields)
    _retire(merge, losers)
    changes = _write_winner(merge, people, fields)
    moved = move_rows(merge, losers, PEOPLE.all())
    keep_addresses(merge, FurtherAddress, people[0].contact, addresses)
    record(ContactMerged(contact_id=winner_id, merge_id=merge.pk, loser_ids=losers), changes=changes)
    return MergePlan(merge.pk, winner_id, losers, tuple(fields), moved)


def _retire(merge: Merge, losers: tuple[UUID, ...]) -> None:
    """Losers are no customers any more, either."""
    retire(merge, losers)
    with watched(merge, Customer, losers):
        Customer.objects.filter(pk__in=losers, deleted_at=None).update(deleted_at=now(), updated_at=now())


def _write_winner(merge: Merge, people: list[Person], fields: list[FieldChoice]) -> dict[str, tuple[Any, Any]]:
    winner = people[0]
    with watched(merge, Contact, [winner.id]):
        changes = write_contact(people, fields)
        save_person(winner.contact, cause=ConsentCause.MERGED)
    customer, of_customer = written_customer(people, fields)
    if customer is not None:
        with watched(merge, Customer, [winner.id]):
            customer.save(force_insert=winner.customer is None)
    return {**changes, **{field: change for field, change in of_customer.items() if field != "created_at"}}

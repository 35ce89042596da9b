"""Who is meant: everything by which the tables know one person. Apps that know more of them say so here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from crm.kernel.addresses import email_key, phone_key


@dataclass(frozen=True)
class Person:
    """`ids` are those of their records by noun (`contact`, `lead`), `emails` and `phones` the keys that their addresses
    are compared by, `addresses` these as they were written. `id` is what they are called by afterwards, too.
    """

    id: UUID
    ids: Mapping[str, frozenset[UUID]]
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()

    def ids_of(self, noun: str) -> frozenset[UUID]:
        return self.ids.get(noun, frozenset())

    @property
    def all_ids(self) -> frozenset[UUID]:
        return frozenset[UUID]().union(*self.ids.values())

    @property
    def pseudonym(self) -> str:
        """What stands where their name was. The last digits of an id are random."""
        return f"Erased person {self.id.hex[-8:].upper()}"

    def also(self, noun: str, ids: frozenset[UUID]) -> "Person":
        """The same person, known by these records, too."""
        return replace(self, ids={**self.ids, noun: self.ids_of(noun) | ids})

    def but_for(self, keys: Iterable[str]) -> "Person":
        """The same person without these keys: others can be reached by them, too, as by a family's phone."""
        shared = frozenset(keys)
        return replace(self, emails=self.emails - shared, phones=self.phones - shared)

    def also_seen_as(self, names: set[str]) -> "Person":
        """The same person, who signs in by these, too: a device, an account elsewhere."""
        return replace(self, addresses=self.addresses | {name for name in names if name})

    def reachable_at(self, *, emails: set[str], phones: set[str]) -> "Person":
        """The same person with these addresses, too, as they are written."""
        return replace(
            self,
            emails=self.emails | {email_key(one) for one in emails if one},
            phones=self.phones | {phone_key(one) for one in phones if one},
            addresses=self.addresses | {one for one in emails | phones if one},
        )


# Adds to what is known of a person: the ids of their records in an app, and the addresses in these.
Finder = Callable[[Person], Person]
_FINDERS: list[Finder] = []


def also_known_by(finder: Finder) -> Finder:
    """Register what an app knows a person by; those below have been asked before."""
    _FINDERS.append(finder)
    return finder


def wholly_known(person: Person) -> Person:
    for finder in _FINDERS:
        person = finder(person)
    return person

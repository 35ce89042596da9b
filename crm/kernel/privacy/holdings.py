"""How an app says what one of its tables holds about people; __init__.py has an example."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import Q

from crm.kernel.privacy.fields import FieldRule, FieldRules, each
from crm.kernel.privacy.person import Person
from crm.kernel.tenancy import current_scope

# Which rows of a table are about a person.
Whose = Callable[[Person], Q]
Erase = Callable[[Person], int]
Reading = Callable[[Any], Any]


@dataclass(frozen=True)
class Holding:
    """A table that holds something about people. `spoken_of` is what events call its rows.

    Where `instead` is set, it erases the rows, and says how many there were. `readings` say how a column is read that
    is not kept as it is given to people, such as a sealed one.
    """

    label: str
    whose: Whose
    fields: Mapping[str, FieldRule]
    goes: bool = False
    spoken_of: str = ""
    instead: Erase | None = None
    readings: Mapping[str, Reading] = field(default_factory=dict)

    @property
    def model(self) -> Any:
        return apps.get_model(self.label)

    def rows(self, person: Person) -> Any:
        """The person's rows in the open scope."""
        return self.model.objects.filter(self.whose(person))


@dataclass(frozen=True)
class Impersonal:
    """A table whose rows are about nobody, and why; `texts` are the columns in which something could be written."""

    label: str
    why: str
    texts: frozenset[str]


HOLDINGS: dict[str, Holding] = {}
IMPERSONAL: dict[str, Impersonal] = {}


def stays(
    label: str,
    whose: Whose,
    *,
    exported: Iterable[FieldRules] = (),
    withheld: Iterable[FieldRules] = (),
    spoken_of: str = "",
    instead: Erase | None = None,
    readings: Mapping[str, Reading] | None = None,
) -> None:
    """Its rows remain, and nobody is known by them any more."""
    rules = each(exported, withheld)
    _register(Holding(label, whose, rules, spoken_of=spoken_of, instead=instead, readings=readings or {}))


def leaves(
    label: str,
    whose: Whose,
    *,
    exported: str = "",
    withheld: str = "",
    spoken_of: str = "",
    instead: Erase | None = None,
    readings: Mapping[str, Reading] | None = None,
) -> None:
    """Its rows are deleted. Columns are named by words in one text."""
    rules = each([FieldRules(tuple(exported.split()), None)], [FieldRules(tuple(withheld.split()), None)])
    _register(Holding(label, whose, rules, goes=True, spoken_of=spoken_of, instead=instead, readings=readings or {}))


def nobodys(label: str, why: str, texts: str = "") -> None:
    """No row of it is about a person."""
    _ensure_new(label)
    IMPERSONAL[label] = Impersonal(label, why, frozenset(texts.split()))


def by(**columns: str | Sequence[str]) -> Whose:
    """Rows whose column, or one of several, holds the id of a record of the person: `by(contact="contact_id")`."""

    def rows(person: Person) -> Q:
        found = [
            Q(**{f"{column}__in": person.ids_of(noun)})
            for noun, named in columns.items()
            for column in ([named] if isinstance(named, str) else named)
        ]
        return reduce(or_, found)

    return rows


def by_address(*, email: str = "", phone: str = "") -> Whose:
    """Rows whose column holds the key of an address of the person."""

    def rows(person: Person) -> Q:
        by_email = Q(**{f"{email}__in": person.emails}) if email else Q(pk__in=())
        return by_email | Q(**{f"{phone}__in": person.phones}) if phone else by_email

    return rows


def either(*ways: Whose) -> Whose:
    """Rows that are found in any of these ways."""
    return lambda person: reduce(or_, [way(person) for way in ways])


def of_scope() -> Q:
    """For tables that are no tenant rows: those of the open scope."""
    tenant = current_scope().tenant
    return Q(organisation_id=tenant.organisation_id, mode=tenant.mode)


def _register(holding: Holding) -> None:
    _ensure_new(holding.label)
    HOLDINGS[holding.label] = holding


def _ensure_new(label: str) -> None:
    if label in HOLDINGS or label in IMPERSONAL:
        raise ValueError(f"{label} has been spoken for already.")

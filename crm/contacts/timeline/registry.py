"""One timeline of a person: what every app knows of them, latest first, in stretches that do not shift.

An app adds what it knows at start, in a module `timeline.py` of its own. A source is asked for its entries before a
place; the latest of all sources are the stretch, and the last of them is the place where the next one begins.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet

from crm.contacts.timeline.places import Place
from crm.kernel.errors import Message
from crm.kernel.tenancy import current_scope

_M = TypeVar("_M", bound=models.Model)
# Letters come behind the colon of a key: so the names of sources stand in the same order as their keys.
_NAME = re.compile(r"[a-z_]+")
_DIGITS = 19


@dataclass(frozen=True, slots=True)
class Entry:
    """`key` is `<source>:<id of the row>`. `record` is what it is about, as `(label of the model, id)`, for a link;
    `actor` who did it, as the audit trail names them; `changes` what a change was, as events keep it. The title of an
    event is its name, which a surface words as it words events elsewhere.
    """

    at: datetime
    key: str
    title: Message
    text: str = ""
    record: tuple[str, str] | None = None
    actor: tuple[str, str] | None = None
    changes: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        return Place(self.at, self.key)

    @property
    def source(self) -> str:
        return self.key.partition(":")[0]


class Stretch(NamedTuple):
    """Some entries, and from which place on there is more; None at the beginning of all."""

    entries: list[Entry]
    before: Place | None


# The entries of a contact before a place, latest first, at most so many.
Source = Callable[[UUID, Place | None, int], Iterable[Entry]]

_sources: dict[str, tuple[str, Source]] = {}
_told_elsewhere: set[str] = set()


def register_source(
    name: str, source: Source, *, grant: str = "auth:members:read", instead_of: Collection[str] = ()
) -> None:
    """`name`, of small letters, begins the keys of its entries. Who does not hold `grant` does not see them.
    `instead_of` names events about the contact that the entries tell already.
    """
    if name in _sources:
        raise ValueError(f"{name} is registered already.")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name} is no name for a source.")
    _sources[name] = (grant, source)
    _told_elsewhere.update(instead_of)


def told_elsewhere() -> frozenset[str]:
    """The events that some source tells by entries of its own."""
    return frozenset(_told_elsewhere)


def timeline_of(contact_id: UUID, *, before: Place | None = None, limit: int = 25) -> list[Entry]:
    """At most `limit` entries that the actor of the open scope may see; one statement for each source."""
    actor = current_scope().actor
    entries = [
        entry for grant, source in _sources.values() if actor.may(grant) for entry in source(contact_id, before, limit)
    ]
    return sorted(entries, key=lambda entry: entry.place, reverse=True)[:limit]


def stretch_of(contact_id: UUID, *, before: Place | None = None, limit: int = 25) -> Stretch:
    """The same, and whether there is more."""
    entries = timeline_of(contact_id, before=before, limit=limit + 1)
    return Stretch(entries[:limit], entries[limit - 1].place if len(entries) > limit else None)


def key_of(name: str, pk: UUID | int) -> str:
    """The key of an entry; numbers are padded, so that keys stand in the order of the rows."""
    return f"{name}:{pk:0{_DIGITS}d}" if isinstance(pk, int) else f"{name}:{pk}"


def latest_before(
    rows: QuerySet[_M], name: str, place: Place | None, limit: int, *, at: str, key: str = "pk"
) -> Sequence[_M]:
    """The rows of the source `name` before a place, latest first by the columns `at` and `key`."""
    if place is not None:
        rows = rows.filter(_is_before(name, place, at, key))
    return list(rows.order_by(f"-{at}", f"-{key}")[:limit])


def _is_before(name: str, place: Place, at: str, key: str) -> Q:
    """At the same moment the sources stand in the order of their names, and the rows of one in that of their ids."""
    source, _colon, id_ = place.key.partition(":")
    earlier = Q(**{f"{at}__lt": place.at})
    if name < source:
        return Q(**{f"{at}__lte": place.at})
    return Q(earlier | Q(**{at: place.at, f"{key}__lt": id_})) if name == source else earlier

"""What can be imported: each noun registers itself, and says how a row is read, found, written and taken back.

An app registers a noun in a module `importing.py`, which is found by its name when Django starts:

    class Leads(Noun):
        name, label = "leads", _("Leads")
        ...

    register(Leads())

The engine (crm/imports/services) stages the file, calls `reader()` once for each chunk of up to 5,000 rows, and the
function it answers once for each row; then `find` and `write` once for the whole chunk, inside the transaction that
commits the chunk together with the import's cursor. `crm/kernel/copying.py` has COPY and the bulk update for them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from crm.imports.errors import UnknownNoun
from crm.kernel.errors import Message

# What a noun makes of one row's texts. The engine hands it on and never looks inside.
Reading = Any
# `read(texts, custom)`: the cells of known fields and of custom fields, by name, trimmed, blank ones left out.
Read = Callable[[Mapping[str, str], Mapping[str, str]], Reading]


@dataclass(frozen=True, slots=True)
class Field:
    """A column that a file may have. `synonyms` are other headings that mean it, in lower case, words by spaces."""

    name: str
    label: Message
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class New:
    """A row that becomes a record."""

    row: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class Change:
    """A row that is written onto the record it was matched with."""

    row: int
    record_id: UUID
    reading: Reading


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be written of one chunk. With `fill_only` a change fills what is blank in the record and no more."""

    import_id: UUID
    new: Sequence[New]
    changes: Sequence[Change]
    fill_only: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a row. `before` is what undoing needs, in JSON's own types: the former values of a changed
    record, {} for one that held these values already, None for a new one. `stamp` is the record's `updated_at`
    afterwards: by it a later change is noticed.
    """

    record_id: UUID
    stamp: datetime
    before: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be written after all; `field` may be empty."""

    field: str
    message: Message


@dataclass(frozen=True, slots=True)
class Undoing:
    """A row to take back: remove the record when `before` is None, else give it back its former values."""

    row: int
    record_id: UUID
    stamp: datetime
    before: dict[str, Any] | None


class Noun(ABC):
    """How one kind of record is imported.

    `required` are the fields whose column must be there, besides that of the match key. `match_keys` are the fields
    that a record can be recognised by, the usual one first; `unique` those that two records may not share. `ignored`
    are columns of our own exports that are not read. `written_as` says which field a file gives for one that the model
    names otherwise, so that complaints name the column. `grant` is what the caller needs.
    """

    name: ClassVar[str]
    label: ClassVar[Message]
    grant: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    required: ClassVar[tuple[str, ...]] = ("name",)
    match_keys: ClassVar[tuple[str, ...]] = ("email",)
    unique: ClassVar[tuple[str, ...]] = ("email",)
    ignored: ClassVar[frozenset[str]] = frozenset()
    written_as: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def reader(self) -> Read:
        """A function that reads one row, made once for each chunk: definitions and the like are looked up here.

        It raises DomainErrors (Invalid with complaints) for what cannot be accepted, and reads no table.
        """

    @abstractmethod
    def key_of(self, field: str, reading: Reading) -> str:
        """By what two rows, or a row and a record, are the same in a match key or unique field; "" for none."""

    @abstractmethod
    def find(self, field: str, keys: Collection[str]) -> Mapping[str, Sequence[UUID]]:
        """The living records that have these keys, by key: one query, however many keys."""

    def lacking(self, reading: Reading) -> Refused | None:
        """What a row lacks to become a new record, besides required fields; None when nothing."""
        return None

    @abstractmethod
    def write(self, batch: Batch) -> Mapping[int, Written | Refused]:
        """Write the chunk with a constant number of statements, and record one event for it, which sends nothing to
        anybody. Answers for each row; may raise IntegrityError, and is then called again with fewer rows.
        """

    @abstractmethod
    def undo(self, rows: Sequence[Undoing]) -> Mapping[int, Message]:
        """Take these rows back, but leave alone those changed since. Answers why, for each row that was left."""


_NOUNS: dict[str, Noun] = {}


def register(noun: Noun) -> None:
    _NOUNS[noun.name] = noun


def noun_called(name: str) -> Noun:
    """Raises UnknownNoun."""
    try:
        return _NOUNS[name]
    except KeyError:
        raise UnknownNoun from None


def nouns() -> list[Noun]:
    """Everything that can be imported."""
    return list(_NOUNS.values())

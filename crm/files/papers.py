"""What can be printed: each app above says, in a module `papers.py` of its own, how its records become papers.

    register_paper("invoice", invoice_paper)

A paper is words alone; how it looks is the business of crm/files/printing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from crm.files.errors import UnknownPaper


@dataclass(frozen=True, slots=True)
class Column:
    """`share` is how much of the width it takes, beside the others; amounts stand on the right."""

    heading: str
    share: int
    is_amount: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings that are repeated on every page."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """What a business sends: who writes, to whom, about what, line by line, and what it comes to.

    The first line of `sender` and of `addressee` is their name. The last of `sums` is the one that counts.
    """

    title: str
    number: str
    sender: Sequence[str]
    addressee: Sequence[str]
    facts: Sequence[tuple[str, str]]
    lines: Table
    sums: Sequence[tuple[str, str]]
    more: Sequence[Table] = ()
    notes: Sequence[str] = ()

    @property
    def name(self) -> str:
        return f"{self.title} {self.number}"


# The paper about the record of that id, if it is that person's. Raises NothingToPrint.
Maker = Callable[[UUID, UUID], Paper]

_makers: dict[str, Maker] = {}


def register_paper(kind: str, maker: Maker) -> None:
    """`kind` is the noun of the record, such as `invoice`."""
    if kind in _makers:
        raise ValueError(f"{kind} is printed already.")
    _makers[kind] = maker


def paper_of(kind: str, record_id: UUID, contact_id: UUID) -> Paper:
    """Raises UnknownPaper, NothingToPrint."""
    if kind not in _makers:
        raise UnknownPaper
    return _makers[kind](record_id, contact_id)

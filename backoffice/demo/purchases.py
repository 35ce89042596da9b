"""Files of purchases as the CDNOW sample is written: read and checked whole before anything is made of them.

White-space separated, no header: customer id in the full data set, customer id in the sample, day (YYYYMMDD), number of
CDs, amount in dollars.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

SAMPLE = Path(__file__).parent / "data" / "cdnow_sample.txt"
MOST_CDS, LARGEST_ID = 1_000_000, 10**9
_AMOUNT = re.compile(r"\d{1,9}(\.\d{1,2})?")


@dataclass(frozen=True)
class Purchase:
    """`reference` is the same whenever the file is read: the customer, the day, and which of that day's it is."""

    customer: int
    at: datetime
    count: int
    amount: Decimal
    reference: str


class BadLines(ValueError):
    """Nothing is made of a file with lines that cannot be read; `lines` says which, by number, and why."""

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        self.lines = lines
        super().__init__(f"{len(lines)} bad lines")


def read_purchases(file: Path = SAMPLE) -> list[Purchase]:
    """The purchases of a file, in the order of its lines; blank ones are passed over. Raises BadLines, OSError."""
    purchases, bad = list[Purchase](), list[tuple[int, str]]()
    of_the_day: Counter[tuple[int, int, str]] = Counter()
    for number, line in enumerate(file.read_text(encoding="ascii", errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            purchases.append(_read(line.split(), of_the_day))
        except ValueError as problem:
            bad.append((number, str(problem)))
    if bad:
        raise BadLines(bad)
    return purchases


def by_customer(purchases: Iterable[Purchase]) -> dict[int, list[Purchase]]:
    """Purchases by the customer's id in the sample, in the order of the ids."""
    customers: dict[int, list[Purchase]] = {}
    for purchase in purchases:
        customers.setdefault(purchase.customer, []).append(purchase)
    return dict(sorted(customers.items()))


def _read(cells: list[str], of_the_day: Counter[tuple[int, int, str]]) -> Purchase:
    """Raises ValueError with what is wrong."""
    if len(cells) != 5:
        raise ValueError(f"5 columns are expected, {len(cells)} found")
    master, sample = (_whole(cell, "a customer id", LARGEST_ID) for cell in cells[:2])
    at, count = _day(cells[2]), _whole(cells[3], "a number of CDs", MOST_CDS)
    of_the_day[master, sample, cells[2]] += 1
    reference = f"cdnow:{master}:{sample}:{cells[2]}:{of_the_day[master, sample, cells[2]]}"
    return Purchase(sample, at, count, _amount(cells[4]), reference)


def _whole(cell: str, what: str, most: int) -> int:
    if not (cell.isdigit() and len(cell) <= 10 and 1 <= int(cell) <= most):
        raise ValueError(f"{cell!r} is not {what}")
    return int(cell)


def _day(cell: str) -> datetime:
    try:
        day = datetime.strptime(cell, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        day = None
    if day is None or len(cell) != 8 or day.year < 1900:
        raise ValueError(f"{cell!r} is not a day as YYYYMMDD")
    return day


def _amount(cell: str) -> Decimal:
    if not _AMOUNT.fullmatch(cell):
        raise ValueError(f"{cell!r} is not an amount in dollars and cents")
    return Decimal(cell)

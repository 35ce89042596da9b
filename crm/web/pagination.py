"""Which page of a list is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crm.kernel.errors import Invalid
from crm.web.dialects import Dialect, Page

# PostgreSQL's own limit for OFFSET is higher; no list here is.
LAST_PAGE = 10_000_000


@dataclass(frozen=True, slots=True)
class Window:
    """Which page was asked for: `number` from 1, `size` rows."""

    number: int
    size: int

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size


def window_of(parameters: Mapping[str, Any], dialect: Dialect) -> Window:
    """The page asked for; a page or size that is no positive whole number raises Invalid on its parameter."""
    number = _whole(parameters, dialect.page_parameter, 1, LAST_PAGE)
    return Window(number, size_of(parameters, dialect))


def size_of(parameters: Mapping[str, Any], dialect: Dialect) -> int:
    """How many rows are asked for; raises Invalid likewise."""
    largest = LAST_PAGE if dialect.cuts_size else dialect.largest_size
    return min(_whole(parameters, dialect.size_parameter, dialect.default_size, largest), dialect.largest_size)


def read_page(window: Window, fetch: Callable[[], list[Any]], count: Callable[[], int]) -> Page:
    """The rows of a window, and how many there are in all.

    A first page that is not full holds all there are: nothing is counted. Of a page beyond the last, nothing is read.
    """
    if window.start == 0:
        items = fetch()
        total = count() if len(items) == window.size else len(items)
    else:
        total = count()
        items = fetch() if window.start < total else []
    return Page(items, window.number, window.size, total)


def _whole(parameters: Mapping[str, Any], name: str, default: int, largest: int) -> int:
    text = str(parameters.get(name, "")).strip()
    if not text and name not in parameters:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and 1 <= int(text) <= largest):
        reason = f"Must be a whole number from 1 to {largest}." if largest < LAST_PAGE else "Must be a positive number."
        raise Invalid(reason, field=name)
    return int(text)

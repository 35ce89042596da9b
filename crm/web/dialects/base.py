"""What a dialect is: three pure functions, and a few attributes that the kit reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from crm.web.problems import Kind, Problem

JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of presented rows; `total` counts all pages."""

    items: Sequence[Any]
    number: int
    size: int
    total: int

    @property
    def total_pages(self) -> int:
        return -(-self.total // self.size)


@dataclass(frozen=True, slots=True)
class SortStyle:
    """How a request says what to sort by: `sort=name:desc,id`, or a field and a direction in two parameters."""

    by: str = "sort"
    direction: str | None = None
    default_direction: str = "asc"


class Dialect:
    """Attributes have the value that most documents agree on; a dialect names only what it does otherwise."""

    # Short name, as in /docs/<name>/, and the paths it is spoken under.
    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    prefixes: ClassVar[tuple[str, ...]]

    # Headers that may carry a credential, in groups: the first group that is there counts, and agrees in itself.
    # "Authorization" means a Bearer token, unless the dialect takes one without that word.
    credential_headers: ClassVar[tuple[tuple[str, ...], ...]] = (("Authorization",),)
    takes_bare_tokens: ClassVar[bool] = False
    # Body types that are read; others are refused.
    body_types: ClassVar[tuple[str, ...]] = (JSON,)
    # Whether an input field that nobody declared is an error.
    refuses_unknown_fields: ClassVar[bool] = True
    # Paging: parameter names, the size without one, the largest, and whether a larger one is cut to it.
    page_parameter: ClassVar[str] = "page"
    size_parameter: ClassVar[str] = "limit"
    default_size: ClassVar[int] = 20
    largest_size: ClassVar[int] = 100
    cuts_size: ClassVar[bool] = False
    # Whether lists tell how many rows there are in all.
    counts: ClassVar[bool] = True
    sort_style: ClassVar[SortStyle] = SortStyle()
    # Whether filters are written filter[name]=value, but for the names in `bare_filters`.
    bracket_filters: ClassVar[bool] = False
    bare_filters: ClassVar[frozenset[str]] = frozenset()
    # Statuses that differ from the kind's own.
    statuses: ClassVar[Mapping[Kind, int]] = {}

    def success(self, data: Any, status: int) -> Any:
        """The body of an answer that is no list."""
        raise NotImplementedError

    def page(self, page: Page) -> Any:
        """The body of a list."""
        raise NotImplementedError

    def failure(self, problem: Problem) -> Any:
        """The body of a refusal or fault."""
        raise NotImplementedError

    def status_of(self, problem: Problem) -> int:
        return self.statuses.get(problem.kind, problem.kind.status)

    def moment(self, value: datetime) -> Any:
        """A moment in UTC as this dialect writes it: ISO 8601 with milliseconds and Z."""
        return f"{value.isoformat(timespec='milliseconds')[:23]}Z"

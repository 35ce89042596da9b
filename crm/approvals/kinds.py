"""What may need approval: each app says of its own, at start, what is asked about it and what a decision does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from crm.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Kind:
    """`facts` are the figures that a policy may ask about, by name. `hold` takes the lock that whoever changes such a
    record takes; `snapshot` says what the record is now, in JSON's types, None when it is gone; `carry_out` does what
    follows from a yes (True) or a no, once, in the decision's transaction. `told` puts a reference and a snapshot into
    words; `wire` is what programs call it; `page` names the back office's page of one.
    """

    key: str
    label: str | Promise
    facts: Mapping[str, str | Promise]
    hold: Callable[[UUID], None]
    snapshot: Callable[[UUID], Mapping[str, Any] | None]
    carry_out: Callable[[UUID, bool], None]
    told: Callable[[str, Mapping[str, Any]], str]
    wire: str
    page: str


_KINDS: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    _KINDS[kind.key] = kind


def kind_called(key: str) -> Kind:
    """Raises NotFound."""
    try:
        return _KINDS[key]
    except KeyError:
        raise NotFound from None


def all_kinds() -> list[Kind]:
    return list(_KINDS.values())

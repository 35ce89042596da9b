"""A rule that was read: groups, and leaves whose values have their types. What says "not" is the complement of what it
would say without it, so whoever has no value is among those who are "not" something (semantics §3.12).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Union
from uuid import UUID

from crm.insights.registry import SegmentEvent, SegmentField

DEEPEST, MOST_LEAVES = 5, 50


class Join(StrEnum):
    """How a group takes its parts: all of them hold, any of them, or none."""

    ALL = "all"
    ANY = "any"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Group:
    join: Join
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Test:
    """A field is compared with values; `op` never says "not"."""

    field: SegmentField
    op: str
    values: tuple[Any, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Did:
    """Something happened `times` times or more, within so many days where `within` is given, to which `where` holds."""

    event: SegmentEvent
    times: int = 1
    within: int | None = None
    where: tuple[Test, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Within:
    """Somebody is in another segment: a stored one, by its id, or a built-in one, by its own rule."""

    slug: str
    segment_id: UUID | None = None
    rule: Union["Node", None] = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Bucket:
    """A share of the people taken by lot, the same ones every time: from `start` up to `end` of a hundred."""

    start: int
    end: int
    salt: str


Leaf = Test | Did | Within | Bucket
Node = Group | Leaf


def slugs_named(rule: Any) -> set[str]:
    """The segments that a rule asks about, by their short names; read off its JSON, so that it can be told of a rule
    that cannot be read any more.
    """
    if isinstance(rule, list):
        return {slug for part in rule for slug in slugs_named(part)}
    if not isinstance(rule, dict):
        return set()
    parts = [part for join in Join for part in rule.get(join.value, ())]
    return slugs_named(parts) | ({str(rule["segment"])} if "segment" in rule else set())

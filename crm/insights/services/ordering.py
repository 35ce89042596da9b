"""In which order segments are looked through: what another one asks about comes before it."""

from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter

from crm.insights.errors import BadRule
from crm.insights.models import Segment
from crm.insights.rules import Known, Node, read_rule, slugs_named


@dataclass(frozen=True)
class Readable:
    """A segment and its rule."""

    segment: Segment
    rule: Node


def read(segment: Segment, known: Known) -> Readable | None:
    """None where the rule asks about something that is gone, such as a custom field."""
    try:
        return Readable(segment, read_rule(segment.rule, known))
    except BadRule:
        return None


def in_order(segments: Iterable[Segment], known: Known) -> list[Readable]:
    """Those that can be read."""
    found = {one.segment.slug: one for one in (read(segment, known) for segment in segments) if one is not None}
    named = {slug: sorted(slugs_named(one.segment.rule) & found.keys()) for slug, one in sorted(found.items())}
    return [found[slug] for slug in TopologicalSorter(named).static_order()]

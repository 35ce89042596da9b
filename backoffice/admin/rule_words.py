"""The conditions of a segment in words: for who reads them, and for the choices of who writes them."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.insights.registry import FieldKind, SegmentEvent, SegmentField
from crm.insights.rules import Known
from crm.kernel.errors import Message

JOINS: Mapping[str, Message] = {
    "all": gettext_lazy("All of these hold"), "any": gettext_lazy("Any of these holds"),
    "not": gettext_lazy("None of these holds"),
}  # fmt: skip
_WORDS: Mapping[str, Message] = {
    "eq": gettext_lazy("is"), "neq": gettext_lazy("is not"), "in": gettext_lazy("is one of"),
    "not_in": gettext_lazy("is none of"), "contains": gettext_lazy("contains"),
    "not_contains": gettext_lazy("does not contain"), "starts": gettext_lazy("begins with"),
    "lt": gettext_lazy("is less than"), "lte": gettext_lazy("is at most"), "gt": gettext_lazy("is more than"),
    "gte": gettext_lazy("is at least"), "between": gettext_lazy("is between"), "set": gettext_lazy("is known"),
    "unset": gettext_lazy("is not known"), "within_last": gettext_lazy("was in the last days:"),
    "not_within_last": gettext_lazy("was not in the last days:"), "within_next": gettext_lazy("is in the next days:"),
    "anniversary": gettext_lazy("comes round in the next days:"),
    "top_percent": gettext_lazy("is among the highest of a hundred:"),
}  # fmt: skip
_OF_TIME: Mapping[str, Message] = {
    "eq": gettext_lazy("is on"), "neq": gettext_lazy("is not on"), "lt": gettext_lazy("is before"),
    "lte": gettext_lazy("is on or before"), "gt": gettext_lazy("is after"), "gte": gettext_lazy("is on or after"),
}  # fmt: skip
OF_EVENTS: Mapping[str, Message] = {"did": gettext_lazy("at least"), "did_not": gettext_lazy("fewer than")}
OF_SEGMENTS: Mapping[str, Message] = {"in": gettext_lazy("is in it"), "not_in": gettext_lazy("is not in it")}


def word_for(op: str, kind: FieldKind) -> Message:
    """How an op is called for fields of a kind."""
    is_time = kind in (FieldKind.DAY, FieldKind.MOMENT)
    return _OF_TIME[op] if is_time and op in _OF_TIME else _WORDS[op]


def in_words(rule: Any, known: Known) -> Iterator[tuple[int, str]]:
    """A rule that was checked, line by line, each with how deep it stands."""
    yield from _node(rule, known, 0) if rule != {"all": []} else [(0, _("All customers"))]


def _node(node: Any, known: Known, depth: int) -> Iterator[tuple[int, str]]:
    joins = [join for join in JOINS if join in node]
    if joins:
        yield depth, f"{JOINS[joins[0]]}:"
        for part in node[joins[0]]:
            yield from _node(part, known, depth + 1)
    elif "field" in node:
        yield depth, _test(node, known.field(node["field"]))
    elif "event" in node:
        yield from _event(node, known.event(node["event"]), depth)
    elif "segment" in node:
        words = {"segment": _segment(node["segment"], known), "op": OF_SEGMENTS[node["op"]]}
        yield depth, _("Segment %(segment)s: %(op)s") % words
    else:
        bucket = node["bucket"]
        yield depth, _("By lot: from %(from)s up to %(to)s of a hundred") % bucket


def _segment(slug: str, known: Known) -> str:
    built_in = known.built_ins.get(slug)
    return str(built_in.name) if built_in else slug


def _test(test: Any, field: SegmentField | None) -> str:
    if field is None:
        return _("%(field)s, which is gone") % {"field": test["field"]}
    value = _value(test.get("value"), dict(field.choices()))
    return f"{field.label} {word_for(test['op'], field.kind)} {value}".strip()


def _event(leaf: Any, event: SegmentEvent | None, depth: int) -> Iterator[tuple[int, str]]:
    if event is None:
        yield depth, _("%(field)s, which is gone") % {"field": leaf["event"]}
        return
    words = {"what": event.label, "op": OF_EVENTS[leaf["op"]], "times": leaf.get("times", 1)}
    told = _("%(what)s: %(op)s %(times)s ×") % words
    within = leaf.get("within", "").removesuffix("d")
    yield depth, told + (_(", in the last %(days)s days") % {"days": within} if within else "")
    for test in leaf.get("where", []):
        yield depth + 1, _test(test, event.attributes.get(test["field"]))


def _value(value: Any, labels: Mapping[str, Message]) -> str:
    if isinstance(value, list):
        return ", ".join(_value(each, labels) for each in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = "" if value is None else str(value)
    if text in labels:
        return str(labels[text])
    day = parse_date(text) if len(text) == len("2026-01-31") else None
    return date_format(day) if day else text

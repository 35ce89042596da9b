"""The conditions of a segment as a form: groups of rows, each with a blank one at its end. The browser sends the whole
form when something is chosen that asks for other boxes, and gets it back with them; without scripts a button does that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from unfold.widgets import BASE_INPUT_CLASSES

from backoffice.admin.rule_posted import (
    CHOSEN,
    EVENT,
    FIELD,
    GROUP,
    LOT,
    PRESS,
    SEGMENT,
    Posted,
    as_posted,
    of_rows,
    says_the_same,
)
from backoffice.admin.rule_words import JOINS, OF_EVENTS, OF_SEGMENTS, word_for
from crm.insights import registry
from crm.insights.errors import BadRule
from crm.insights.registry import FieldKind, SegmentField
from crm.insights.rules import Known, read_rule
from crm.insights.rules.tree import DEEPEST
from crm.insights.rules.values import DAYS, NO_VALUE, OPS, SEVERAL
from crm.insights.selectors import segments
from crm.kernel.tenancy import current_scope

Choices = list[tuple[str, Any]]
BLANK = ("", "–")
YES_NO = (BLANK, ("true", _("yes")), ("false", _("no")))


@dataclass(frozen=True)
class Box:
    """One input. `kind` is select, several, lines, text, date or number; it `asks` when other boxes depend on it."""

    part: str
    kind: str
    label: str
    value: Any = ""
    groups: Any = ()
    asks: bool = False


@dataclass
class Row:
    """A condition, a blank row, or a group with rows of its own. `number` is what complaints call it."""

    path: str
    number: str
    boxes: list[Box] = field(default_factory=list)
    rows: "list[Row]" = field(default_factory=list)
    is_group: bool = False


class RuleWidget(forms.Widget):
    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        root = _Rows().root(as_posted(without_press(value or {})))
        context = {"root": root, "name": name, "classes": " ".join(BASE_INPUT_CLASSES)}
        return render_to_string("backoffice/rule.html", context)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The rule as far as it is filled in; with a mark when another button than Save was pressed."""
        posted = Posted(data, name)
        rule = posted.group("0")
        return {**rule, PRESS: posted.pressed} if posted.pressed else rule

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-0-join" not in data

    def id_for_label(self, id_: str, index: str = "") -> str:
        return ""


class RuleField(forms.Field):
    widget = RuleWidget

    def clean(self, value: Any) -> Any:
        """Raises ValidationError, naming conditions by their numbers."""
        if PRESS in value:
            raise ValidationError(_("Not saved yet: go on with the conditions."))
        try:
            read_rule(value, Known(), editor=current_scope().actor)
        except BadRule as problem:
            raise ValidationError([f"{_place(one.field)}{one.message}" for one in problem.complaints]) from None
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not says_the_same(initial, data)


def without_press(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if key != PRESS}


def _place(place: str) -> str:
    """`rule.all.0.any.1.value` as `Condition 1.2: `."""
    numbers = [str(int(part) + 1) for part in place.split(".") if part.isdigit()]
    return _("Condition %(number)s: ") % {"number": ".".join(numbers)} if numbers else ""


class _Rows:
    """A rule, filled in or not, as rows of boxes; what the one who looks may not read is not offered."""

    def __init__(self) -> None:
        self.known, self.actor = Known(), current_scope().actor
        kept = segments().order_by("name").values_list("slug", "name")
        self.offered = self._all_there_is([(f"{SEGMENT}:{slug}", name) for slug, name in kept])

    def root(self, rule: Any) -> Row:
        return self._group(rule, "0", "", 1)

    def _group(self, rule: Any, path: str, number: str, depth: int) -> Row:
        join = next(join for join in JOINS if join in rule)
        rows = [
            self._row(node, f"{path}.{at}", f"{number}{at + 1}", depth) for at, node in enumerate(rule[join])
        ]  # fmt: skip
        blank = Row(f"{path}.{len(rows)}", "", [self._ask("", depth)])
        return Row(path, number, [_select("join", "", join, list(JOINS.items()))], [*rows, blank], is_group=True)

    def _row(self, node: Any, path: str, number: str, depth: int) -> Row:
        if any(join in node for join in JOINS):
            group = self._group(node, path, f"{number}.", depth + 1)
            return Row(path, number, [self._ask(f"{GROUP}:", depth), *group.boxes], group.rows, is_group=True)
        if "field" in node:
            found = self.known.field(str(node["field"]))
            ask = self._ask(f"{FIELD}:{node['field']}", depth)
            return Row(path, number, [ask, *(_boxes(node, found, OPS[found.kind]) if found else [])])
        if "event" in node:
            return self._event(node, path, number, depth)
        if "segment" in node:
            op = _select("op", "", node.get("op"), list(OF_SEGMENTS.items()))
            return Row(path, number, [self._ask(f"{SEGMENT}:{node['segment']}", depth), op])
        return Row(path, number, [self._ask(f"{LOT}:", depth), *_lot(node)])

    def _event(self, node: Any, path: str, number: str, depth: int) -> Row:
        event = registry.events().get(str(node["event"]))
        boxes = [
            self._ask(f"{EVENT}:{node['event']}", depth),
            _select("op", "", node.get("op"), list(OF_EVENTS.items())),
            Box("times", "number", _("Times"), node.get("times", 1)),
            Box("within", "number", _("In the last days (blank: ever)"), str(node.get("within", "")).removesuffix("d")),
        ]
        return Row(path, number, boxes, _rows_of_event(node, path, number, event.attributes if event else {}))

    def _ask(self, chosen: str, depth: int) -> Box:
        offered = self.offered if depth < DEEPEST else self.offered[:-1]
        return Box("ask", "select", _("What is asked"), chosen, offered, asks=True)

    def _all_there_is(self, kept: Choices) -> list[tuple[str, Choices]]:
        """What may be asked, groups last: they are not offered where they would stand too deep."""
        fields = [*registry.fields().items(), *self.known.custom.items()]
        built_ins = [(f"{SEGMENT}:{slug}", one.name) for slug, one in self.known.built_ins.items()]
        return [
            ("", [BLANK]),
            (_("What they are"), self._readable(FIELD, fields)),
            (_("What happened"), self._readable(EVENT, registry.events().items())),
            (_("Other segments"), [*built_ins, *kept]),
            (_("By lot"), [(f"{LOT}:", _("Some of all, by lot"))]),
            (_("Several conditions"), [(f"{GROUP}:", _("A group of conditions"))]),
        ]

    def _readable(self, kind: str, offered: Iterable[tuple[str, Any]]) -> Choices:
        return [(f"{kind}:{key}", one.label) for key, one in offered if self.actor.may(one.grant)]


def _rows_of_event(node: Any, path: str, number: str, attributes: Mapping[str, SegmentField]) -> list[Row]:
    """Of which rows it is asked, and a blank row where another one can be told apart."""
    offered = [BLANK, *((key, one.label) for key, one in attributes.items())]
    tests = [test for test in node.get("where", []) if test["field"] in attributes]
    rows = []
    for at, test in enumerate([*tests, None][: len(attributes)]):
        ask = _select("ask", _("Of which"), test["field"] if test else "", offered, asks=True)
        own = attributes[test["field"]] if test else None
        boxes = _boxes(test, own, of_rows(own.kind)) if own else []
        rows.append(Row(f"{path}.{at}", f"{number}.{at + 1}" if test else "", [ask, *boxes]))
    return rows


def _boxes(test: Any, of: SegmentField, ops: Iterable[str]) -> list[Box]:
    """The op, and what the field is compared with."""
    op, value = test.get("op"), test.get("value", "")
    boxes = [_select("op", "", op, [(each, word_for(each, of.kind)) for each in ops], asks=True)]
    if op in NO_VALUE or op is None:
        return boxes
    if op in DAYS:
        return [*boxes, Box("value", "number", _("Days"), str(value).removesuffix("d"))]
    if op == "top_percent":
        return [*boxes, Box("value", "number", _("Of a hundred"), value)]
    if op == "between":
        low, high = value if isinstance(value, list) else ("", "")
        return [*boxes, _input("value", of, low), _input("value2", of, high)]
    if op in SEVERAL and of.kind in CHOSEN:
        return [*boxes, Box("value", "several", _("Values"), value, [("", list(of.choices()))])]
    if op in SEVERAL:
        return [*boxes, Box("value", "lines", _("Values, one to a line"), "\n".join(map(str, value)))]
    return [*boxes, _input("value", of, value)]


def _input(part: str, of: SegmentField, value: Any) -> Box:
    if of.kind is FieldKind.CHOICE:
        return _select(part, _("Value"), value, [BLANK, *of.choices()])
    if of.kind is FieldKind.YES_NO:
        return _select(part, _("Value"), {True: "true", False: "false"}.get(value, ""), list(YES_NO))
    is_time = of.kind in (FieldKind.DAY, FieldKind.MOMENT)
    # A moment that an API wrote to the second has no place in a box for days.
    kind = "date" if is_time and "T" not in str(value) else "text"
    return Box(part, kind, _("Value"), value)


def _lot(node: Any) -> list[Box]:
    bucket = node.get("bucket", {})
    return [
        Box("value", "number", _("From, of a hundred"), bucket.get("from", 0)),
        Box("value2", "number", _("Up to"), bucket.get("to", 10)),
        Box("salt", "text", _("Drawn anew for each (any word)"), node.get("salt", "")),
    ]


def _select(part: str, label: str, value: Any, choices: Choices, *, asks: bool = False) -> Box:
    return Box(part, "select", label, value, [("", choices)], asks=asks)

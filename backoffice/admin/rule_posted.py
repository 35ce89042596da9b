"""What a browser sends of the conditions of a segment, as a rule: whole, or as far as it is filled in."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from backoffice.admin.rule_words import JOINS
from crm.insights import registry
from crm.insights.registry import FieldKind, SegmentField
from crm.insights.rules import Known
from crm.insights.rules.tree import DEEPEST, MOST_LEAVES
from crm.insights.rules.values import DAYS, NO_VALUE, NOT_OF_EVENTS, OPS, SEVERAL

PRESS, REMOVE = "press", "remove:"
GROUP, FIELD, EVENT, SEGMENT, LOT = "group", "field", "event", "segment", "lot"
# The kinds whose several values are chosen from a list, and not written one to a line.
CHOSEN = (FieldKind.CHOICE,)
Rule = dict[str, Any]


class Posted:
    """Boxes are named `<name>-<path>-<part>`, where a path such as `0.2.1` leads from the root through the rows."""

    def __init__(self, data: Any, name: str) -> None:
        self.data, self.name, self.known = data, name, Known()
        self.pressed: str = data.get(f"{name}-{PRESS}", "")

    def group(self, path: str, depth: int = 1) -> Rule:
        join = self._text(path, "join")
        rows = [
            self._row(f"{path}.{at}", depth) for at in range(min(_whole(self._text(path, "count")), MOST_LEAVES + 1))
        ]
        return {join if join in JOINS else "all": [row for row in rows if row is not None]}

    def _row(self, path: str, depth: int) -> Rule | None:
        """None for a blank row, and for one that is being removed."""
        kind, _colon, key = self._text(path, "ask").partition(":")
        if self.pressed == f"{REMOVE}{path}":
            return None
        if kind == GROUP and depth < DEEPEST:
            return self.group(path, depth + 1)
        if kind == FIELD:
            return self._test(path, key, self.known.field(key))
        if kind == EVENT:
            return self._event(path, key)
        if kind == SEGMENT:
            return {"segment": key, "op": self._text(path, "op") or "in"}
        return self._lot(path) if kind == LOT else None

    def _test(self, path: str, key: str, field: SegmentField | None, ops: tuple[str, ...] = ()) -> Rule:
        if field is None:
            return {"field": key}
        ops, op = ops or OPS[field.kind], self._text(path, "op")
        # The op of another field, where this one was chosen a moment ago.
        test: Rule = {"field": key, "op": op if op in ops else ops[0]}
        return test if test["op"] in NO_VALUE else {**test, "value": self._value(path, test["op"], field.kind)}

    def _value(self, path: str, op: str, kind: FieldKind) -> Any:
        if op in DAYS:
            return f"{self._text(path, 'value')}d"
        if op in SEVERAL:
            return self._several(path, kind)
        if op == "between":
            return [self._text(path, "value"), self._text(path, "value2")]
        text = self._text(path, "value")
        return {"true": True, "false": False}.get(text) if kind is FieldKind.YES_NO else text

    def _several(self, path: str, kind: FieldKind) -> list[str]:
        if kind in CHOSEN:
            return list(self.data.getlist(f"{self.name}-{path}-value"))
        return [line.strip() for line in self._text(path, "value").splitlines() if line.strip()]

    def _event(self, path: str, key: str) -> Rule:
        event, within, times = registry.events().get(key), self._text(path, "within"), self._text(path, "times")
        leaf: Rule = {"event": key, "op": self._text(path, "op") or "did", "times": _whole(times, 1)}
        if within:
            leaf["within"] = f"{within}d"
        attributes = event.attributes if event else {}
        where = [self._attribute(f"{path}.{at}", attributes) for at in range(len(attributes) + 1)]
        asked = [test for test in where if test is not None]
        return {**leaf, "where": asked} if asked else leaf

    def _attribute(self, path: str, attributes: Mapping[str, SegmentField]) -> Rule | None:
        key = self._text(path, "ask")
        if key not in attributes or self.pressed == f"{REMOVE}{path}":
            return None
        field = attributes[key]
        return self._test(path, key, field, of_rows(field.kind))

    def _lot(self, path: str) -> Rule:
        leaf: Rule = {
            "bucket": {"from": _whole(self._text(path, "value")), "to": _whole(self._text(path, "value2"), 10)}
        }
        salt = self._text(path, "salt")
        return {**leaf, "salt": salt} if salt else leaf

    def _text(self, path: str, part: str) -> str:
        return str(self.data.get(f"{self.name}-{path}-{part}", "")).strip()


def of_rows(kind: FieldKind) -> tuple[str, ...]:
    """What may be asked of the rows of an event."""
    return tuple(op for op in OPS[kind] if op not in NOT_OF_EVENTS)


def as_posted(rule: Any) -> Any:
    """A rule that is kept, as the form would post it: its root is a group, and numbers are texts."""
    if not rule:
        return {"all": []}
    return _node(rule) if any(join in rule for join in JOINS) else {"all": [_node(rule)]}


def _node(node: Rule) -> Rule:
    for join in JOINS:
        if join in node:
            return {join: [_node(part) for part in node[join]]}
    if "event" in node:
        where = [_node(test) for test in node.get("where", [])]
        return {**node, "times": node.get("times", 1), **({"where": where} if where else {})}
    return {**node, "value": _texts(node["value"])} if "value" in node else node


def says_the_same(one: Any, other: Any) -> bool:
    """Whether two rules are one, but for the order of values of which any will do: a browser sends its own."""
    return bool(_in_order(as_posted(one)) == _in_order(as_posted(other)))


def _in_order(node: Any) -> Any:
    if isinstance(node, list):
        return [_in_order(part) for part in node]
    if not isinstance(node, dict):
        return node
    several = node.get("op") in SEVERAL and "value" in node
    return {key: sorted(part) if several and key == "value" else _in_order(part) for key, part in node.items()}


def _texts(value: Any) -> Any:
    if isinstance(value, list):
        return [_texts(each) for each in value]
    is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    return str(value) if is_number else value


def _whole(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise

"""A rule as JSON, read into a tree, or refused with a complaint at each leaf that is wrong (semantics §3.12)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from crm.insights.errors import BadRule
from crm.insights.registry import FieldKind, SegmentEvent, SegmentField
from crm.insights.rules.known import Known
from crm.insights.rules.tree import DEEPEST, MOST_LEAVES, Bucket, Did, Group, Join, Node, Test, Within
from crm.insights.rules.values import (
    COMPLEMENTS,
    NO_VALUE,
    NOT_OF_EVENTS,
    OPS,
    Unreadable,
    read_days,
    read_text,
    read_values,
    read_whole,
)
from crm.kernel.actors import Actor
from crm.kernel.errors import Complaint

EVERYBODY: Mapping[str, Any] = {"all": []}
MOST_TIMES, MOST_WHERE, LONGEST_SALT, LONGEST_PLACE = 1_000, 10, 50, 200
_LEAVES = ("field", "event", "segment", "bucket")


def read_rule(rule: Any, known: Known, *, editor: Actor | None = None) -> Node:
    """`{"all": []}` is everybody. `editor` is who writes the rule: what they may not read they may not ask about, and
    a choice must be one that there is; none for a rule that was checked before. Raises BadRule.
    """
    if rule == EVERYBODY:
        return Group(Join.ALL, ())
    reader = _Reader(known, editor)
    node = reader.node(rule, "rule", 1)
    if reader.complaints or node is None:
        raise BadRule(complaints=reader.complaints)
    return node


def storable(rule: Any) -> Any:
    """A rule that was read, as JSON holds it: a number that JSON's own cannot tell exactly is kept as text."""
    if isinstance(rule, Mapping):
        return {key: storable(value) for key, value in rule.items()}
    if isinstance(rule, list):
        return [storable(value) for value in rule]
    if isinstance(rule, Decimal):
        plain: Any = int(rule) if rule == rule.to_integral_value() else float(rule)
        return plain if Decimal(str(plain)) == rule else str(rule)
    return rule


class _Wrong(Exception):
    """What is wrong at a place. Caught where the node is read that it is in, so that the others are read, too."""

    def __init__(self, place: str, message: str) -> None:
        self.complaint = Complaint(place[:LONGEST_PLACE], message)


class _Reader:
    def __init__(self, known: Known, editor: Actor | None) -> None:
        self.known, self.editor = known, editor
        self.complaints: list[Complaint] = []
        self.leaves = 0

    def node(self, value: Any, place: str, depth: int) -> Node | None:
        """What stands at `place`, or None after a complaint. Once there is too much of it nothing more is read."""
        if max(self.leaves, len(self.complaints)) > MOST_LEAVES:
            return None
        try:
            return self._node(value, place, depth)
        except _Wrong as wrong:
            self.complaints.append(wrong.complaint)
            return None

    def _node(self, value: Any, place: str, depth: int) -> Node:
        if not isinstance(value, dict):
            raise _Wrong(place, _("Give a group or a condition."))
        joins = [join for join in Join if join.value in value]
        if joins and len(value) == 1:
            return self._group(joins[0], value[joins[0].value], f"{place}.{joins[0]}", depth)
        self.leaves += 1
        if self.leaves > MOST_LEAVES:
            raise _Wrong("rule", _("At most %(most)s conditions.") % {"most": MOST_LEAVES})
        kinds = [kind for kind in _LEAVES if kind in value]
        if len(kinds) != 1:
            raise _Wrong(place, _("Ask about one of field, event, segment, bucket; or give all, any or not."))
        reads: Mapping[str, Callable[[dict[str, Any], str], Node]] = {
            "field": self._test_of_person, "event": self._did, "segment": self._within, "bucket": self._bucket,
        }  # fmt: skip
        return reads[kinds[0]](value, place)

    def _group(self, join: Join, parts: Any, place: str, depth: int) -> Group:
        if depth > DEEPEST:
            raise _Wrong(place, _("Groups stand at most %(most)s deep.") % {"most": DEEPEST})
        if not isinstance(parts, list) or not parts:
            raise _Wrong(place, _("Give a list with at least one condition."))
        read = [self.node(part, f"{place}.{at}", depth + 1) for at, part in enumerate(parts[: MOST_LEAVES + 1])]
        return Group(join, tuple(part for part in read if part is not None))

    # Leaves

    def _test_of_person(self, leaf: dict[str, Any], place: str) -> Test:
        return self._test(leaf, place, self.known.field, OPS)

    def _test(
        self,
        leaf: dict[str, Any],
        place: str,
        find: Callable[[str], SegmentField | None],
        ops_of: Mapping[FieldKind, tuple[str, ...]],
    ) -> Test:
        field, op = find(str(leaf.get("field"))), leaf.get("op")
        if field is None:
            raise _Wrong(f"{place}.field", _("There is no such field."))
        self._ensure_may_read(field.grant, f"{place}.field")
        ops = ops_of[field.kind]
        if op not in ops:
            raise _Wrong(f"{place}.op", _("Choose from %(ops)s.") % {"ops": ", ".join(ops)})
        _ensure_only(leaf, place, "field", "op", *(() if op in NO_VALUE else ("value",)))
        strict = self.editor is not None
        values = _read(f"{place}.value", lambda: read_values(field, op, leaf.get("value"), strict=strict))
        return Test(field, COMPLEMENTS.get(op, op), values, op in COMPLEMENTS)

    def _did(self, leaf: dict[str, Any], place: str) -> Did:
        event, op = self.known.event(str(leaf["event"])), leaf.get("op")
        if event is None:
            raise _Wrong(f"{place}.event", _("There is no such event."))
        self._ensure_may_read(event.grant, f"{place}.event")
        _ensure_one_of(op, ("did", "did_not"), f"{place}.op")
        _ensure_only(leaf, place, "event", "op", "times", "within", "where")
        times = _read(f"{place}.times", lambda: read_whole(leaf.get("times", 1), 1, MOST_TIMES))
        within = _read(f"{place}.within", lambda: read_days(leaf["within"])) if "within" in leaf else None
        where = self._where(event, leaf.get("where", []), f"{place}.where")
        return Did(event, times, within, where, op == "did_not")

    def _where(self, event: SegmentEvent, tests: Any, place: str) -> tuple[Test, ...]:
        if not isinstance(tests, list) or len(tests) > MOST_WHERE or not all(isinstance(each, dict) for each in tests):
            raise _Wrong(place, _("Give a list of at most %(most)s conditions.") % {"most": MOST_WHERE})
        ops = {kind: tuple(op for op in own if op not in NOT_OF_EVENTS) for kind, own in OPS.items()}
        return tuple(
            self._test(each, f"{place}.{at}", event.attributes.get, ops) for at, each in enumerate(tests)
        )  # fmt: skip

    def _within(self, leaf: dict[str, Any], place: str) -> Within:
        slug, op = str(leaf["segment"]), leaf.get("op")
        _ensure_one_of(op, ("in", "not_in"), f"{place}.op")
        _ensure_only(leaf, place, "segment", "op")
        built_in = self.known.built_ins.get(slug)
        if built_in is not None:
            return Within(slug, None, self._rule_of(built_in.rule, f"{place}.segment"), op == "not_in")
        segment_id = self.known.segments.get(slug)
        if segment_id is None:
            raise _Wrong(f"{place}.segment", _("There is no such segment."))
        return Within(slug, segment_id, None, op == "not_in")

    def _rule_of(self, rule: Mapping[str, Any], place: str) -> Node:
        """Of a built-in segment, as if whoever names it had written it: what they may not read, no name reads for
        them.
        """
        try:
            return read_rule(rule, self.known, editor=self.editor)
        except BadRule:
            raise _Wrong(place, _("You may not ask about this.")) from None

    def _bucket(self, leaf: dict[str, Any], place: str) -> Bucket:
        bucket = leaf["bucket"]
        _ensure_only(leaf, place, "bucket", "salt")
        if not isinstance(bucket, dict):
            raise _Wrong(f"{place}.bucket", _('Give {"from": 0, "to": 10}.'))
        _ensure_only(bucket, f"{place}.bucket", "from", "to")
        start = _read(f"{place}.bucket.from", lambda: read_whole(bucket.get("from"), 0, 99))
        end = _read(f"{place}.bucket.to", lambda: read_whole(bucket.get("to"), start + 1, 100))
        salt = _read(f"{place}.salt", lambda: read_text(leaf["salt"], LONGEST_SALT)) if "salt" in leaf else ""
        return Bucket(start, end, salt)

    def _ensure_may_read(self, grant: str, place: str) -> None:
        if self.editor is not None and not self.editor.may(grant):
            raise _Wrong(place, _("You may not ask about this."))


def _ensure_only(value: dict[str, Any], place: str, *names: str) -> None:
    for name in sorted(set(value) - set(names)):
        raise _Wrong(f"{place}.{name}", _("Unknown field."))


def _ensure_one_of(op: Any, ops: tuple[str, ...], place: str) -> None:
    if op not in ops:
        raise _Wrong(place, _("Choose from %(ops)s.") % {"ops": ", ".join(ops)})


def _read(place: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except Unreadable as why:
        raise _Wrong(place, str(why)) from None

"""Thousands of random rules, asked of PostgreSQL and of Python, find the same people."""

import json
import random
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm.insights.rules import Known, asked_of, everybody, read_rule
from crm.insights.rules.values import NOT_OF_EVENTS, OPS
from crm.kernel.actors import job_actor
from crm.kernel.clock import now
from tests.cast import World
from tests.crm.insights.crowd import NAMES, ZONE, a_crowd
from tests.crm.insights.oracle import Oracle

pytestmark = pytest.mark.django_db

RULES = 2_000
CHOICES = {
    "status": ("active", "inactive", "blocked"), "type": ("individual", "business"), "gender": ("female", "male"),
    "tier": ("bronze", "silver", "gold", "platinum"), "health.band": ("healthy", "watch", "at_risk", "unknown"),
    "custom_fields.hat": ("S", "M", "L"),
}  # fmt: skip
OF_EVENTS = {"interaction": {"type": ("call", "email", "support"), "outcome": None}, "listing": {"listing": None}}
SLUGS = ("red", "blue", "all", "new_customers", "gold_members", "bronze_members")


class Author:
    """Writes rules that are right, of every field and every op."""

    def __init__(self, world: World, dice: random.Random) -> None:
        self.world, self.dice, self.known = world, dice, Known()
        self.fields = [key for key in a_person_of(self.known) if self.known.field(key)]

    def rule(self, depth: int = 1) -> dict[str, Any]:
        if depth < 5 and self.dice.random() < (0.9 if depth == 1 else 0.35):
            join = self.dice.choice(("all", "any", "not"))
            return {join: [self.rule(depth + 1) for _ in range(self.dice.choice((1, 2, 2, 3)))]}
        return self.dice.choice((self.test, self.test, self.test, self.test, self.event, self.segment, self.bucket))()

    def test(self) -> dict[str, Any]:
        field = self.known.field(self.dice.choice(self.fields))
        assert field is not None
        return self.compared(field, OPS[field.kind])

    def event(self) -> dict[str, Any]:
        key = self.dice.choice(sorted(OF_EVENTS))
        event = self.known.event(key)
        assert event is not None
        asked: dict[str, Any] = {"event": key, "op": self.dice.choice(("did", "did_not"))}
        if self.dice.random() < 0.5:
            asked["times"] = self.dice.randrange(1, 4)
        if self.dice.random() < 0.5:
            asked["within"] = f"{self.dice.choice((1, 7, 30, 90, 365))}d"
        attributes = self.dice.sample(sorted(OF_EVENTS[key]), self.dice.randrange(len(OF_EVENTS[key]) + 1))
        for name in attributes:
            field = event.attributes[name]
            ops = [op for op in OPS[field.kind] if op not in NOT_OF_EVENTS]
            asked.setdefault("where", []).append(self.compared(field, ops))
        return asked

    def segment(self) -> dict[str, Any]:
        return {"segment": self.dice.choice(SLUGS), "op": self.dice.choice(("in", "not_in"))}

    def bucket(self) -> dict[str, Any]:
        start = self.dice.randrange(100)
        salted = {"salt": self.dice.choice(("a", "spring"))} if self.dice.random() < 0.5 else {}
        return {"bucket": {"from": start, "to": self.dice.randrange(start + 1, 101)}, **salted}

    def compared(self, field: Any, ops: Any) -> dict[str, Any]:
        op = self.dice.choice(ops)
        asked = {"field": field.key, "op": op}
        if op in ("set", "unset"):
            return asked
        return {**asked, "value": self.values(field, op)}

    def values(self, field: Any, op: str) -> Any:
        if op in ("within_last", "not_within_last", "within_next", "anniversary"):
            return f"{self.dice.choice((1, 7, 30, 45, 90, 200, 364, 365, 400))}d"
        if op == "top_percent":
            return self.dice.choice((1, 7, 25, 33, 50, 100))
        if op in ("in", "not_in"):
            return [self.value(field) for _ in range(self.dice.choice((1, 2, 3)))]
        return [self.value(field), self.value(field)] if op == "between" else self.value(field)

    def value(self, field: Any) -> Any:
        kind, dice = field.kind.value, self.dice
        if kind == "choice":
            return dice.choice([key for key, _label in field.choices()])
        if kind == "yes_no":
            return dice.random() < 0.5
        if kind in ("number", "money"):
            return dice.choice((0, 40, 44, "99.99", 100, 2.5, -3, "12.250", 75))
        if kind == "text":
            return dice.choice(
                (*filter(None, NAMES), "ann", "a", "%", "_", "\\", "TEA", "acme", "@example", "DE", "good")
            )
        moment = now() - timedelta(days=dice.choice((0, 1, 7, 30, 90, 365)))
        if kind == "day" or dice.random() < 0.6:
            return moment.astimezone(ZoneInfo(ZONE)).date().isoformat()
        return dice.choice((moment.isoformat(), moment.replace(tzinfo=None).isoformat()))


def a_person_of(known: Known) -> list[str]:
    return [
        "name", "company", "email", "language", "gender", "date_of_birth", "email_opt_out", "created_at", "status",
        "type", "credit_limit", "assigned_to", "tier", "health.band", "health.score", *known.custom,
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_random_rules_find_whom_python_finds(acme: World, rival: World, seed: int) -> None:
    dice, found_some = random.Random(seed), 0
    with rival.scope():
        a_crowd(rival, dice, 10)
    with acme.scope():
        crowd, author, editor = a_crowd(acme, dice), Author(acme, dice), job_actor("test")
        oracle = Oracle(crowd, now(), ZoneInfo(ZONE))
        for _ in range(RULES // 4):
            rule = json.loads(json.dumps(author.rule()))
            found = asked_of(everybody(), read_rule(rule, author.known, editor=editor), author.known)
            ids = list(found.values_list("pk", flat=True))
            assert set(ids) == {one.id for one in crowd if oracle.says(rule, one)}, json.dumps(rule, indent=1)
            assert len(ids) == len(set(ids)), "somebody twice"
            found_some += 0 < len(ids) < len(crowd)
    assert found_some > RULES // 10

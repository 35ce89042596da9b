"""What a rule says of somebody, told in Python from its JSON alone, with nothing of the product's."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.crm.insights.crowd import Somebody

TEXTS = {"name", "company", "email", "language", "custom_fields.note", "outcome"}
NUMBERS = {"credit_limit", "health.score", "custom_fields.size", "custom_fields.weight"}
NEGATIONS = {"neq": "eq", "not_in": "in", "not_contains": "contains", "unset": "set", "not_within_last": "within_last"}


@dataclass(frozen=True)
class Oracle:
    everybody: Sequence[Somebody]
    now: datetime
    zone: ZoneInfo

    def says(self, rule: dict[str, Any], one: Somebody) -> bool:
        if "all" in rule:
            return all(self.says(part, one) for part in rule["all"])
        if "any" in rule:
            return any(self.says(part, one) for part in rule["any"])
        if "not" in rule:
            return not any(self.says(part, one) for part in rule["not"])
        if "field" in rule:
            return self.compared(rule, one.fields[rule["field"]])
        if "event" in rule:
            return self.happened(rule, one) == (rule["op"] == "did")
        if "segment" in rule:
            return self.belongs(rule["segment"], one) == (rule["op"] == "in")
        text = f"{rule.get('salt', '')}:{one.id}"
        place = int(hashlib.md5(text.encode()).hexdigest()[:8], 16) % 100
        return rule["bucket"]["from"] <= place < rule["bucket"]["to"]

    def belongs(self, slug: str, one: Somebody) -> bool:
        if slug == "all":
            return True
        if slug == "new_customers":
            return timedelta(0) <= self.now - one.fields["created_at"] <= timedelta(days=30)
        if slug.endswith("_members"):
            return one.fields["tier"] == slug.removesuffix("_members")
        return slug in one.segments

    def happened(self, rule: dict[str, Any], one: Somebody) -> bool:
        rows = [row for row in one.events[rule["event"]] if row["at"] <= self.now]
        if "within" in rule:
            rows = [row for row in rows if row["at"] >= self.now - self.days(rule["within"])]
        for test in rule.get("where", []):
            rows = [row for row in rows if self.compared(test, row[test["field"]])]
        return len(rows) >= rule.get("times", 1)

    def compared(self, test: dict[str, Any], value: Any) -> bool:
        op = test["op"]
        if op in NEGATIONS:
            return not self.compared({**test, "op": NEGATIONS[op]}, value)
        if op == "set":
            return value not in (None, "")
        if value is None:
            return False
        if op == "top_percent":
            values = sorted(
                (it for one in self.everybody if (it := one.fields[test["field"]]) is not None), reverse=True
            )
            return value >= values[-(-len(values) * test["value"] // 100) - 1]
        if op in ("within_last", "within_next", "anniversary"):
            return self.in_time(op, value, self.days(test["value"]))
        return self.plainly(op, test["field"], value, test["value"])

    def plainly(self, op: str, field: str, value: Any, asked: Any) -> bool:
        if field in TEXTS:
            value, asked = value.lower(), asked.lower() if isinstance(asked, str) else [it.lower() for it in asked]
        if field in NUMBERS:
            asked = [Decimal(str(it)) for it in asked] if isinstance(asked, list) else Decimal(str(asked))
        if isinstance(value, datetime):
            return self.of_moment(op, value, asked)
        if isinstance(value, date):
            asked = [date.fromisoformat(it) for it in asked] if isinstance(asked, list) else date.fromisoformat(asked)
        return {
            "eq": lambda: value == asked, "in": lambda: value in asked, "contains": lambda: asked in value,
            "starts": lambda: value.startswith(asked), "lt": lambda: value < asked, "lte": lambda: value <= asked,
            "gt": lambda: value > asked, "gte": lambda: value >= asked,
            "between": lambda: asked[0] <= value <= asked[1],
        }[op]()  # fmt: skip

    def of_moment(self, op: str, value: datetime, asked: Any) -> bool:
        low, high = [self.span(it) for it in (asked if isinstance(asked, list) else [asked, asked])]
        return {
            "eq": low[0] <= value <= low[1], "lt": value < low[0], "lte": value <= low[1], "gt": value > low[1],
            "gte": value >= low[0], "between": low[0] <= value <= high[1],
        }[op]  # fmt: skip

    def span(self, asked: str) -> tuple[datetime, datetime]:
        if len(asked) > 10:
            moment = datetime.fromisoformat(asked)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return moment, moment
        day = date.fromisoformat(asked)
        return datetime.combine(day, time.min, self.zone), datetime.combine(day, time.max, self.zone)

    def in_time(self, op: str, value: date | datetime, days: timedelta) -> bool:
        today = self.now.astimezone(self.zone).date()
        if op == "anniversary":
            day = value.astimezone(self.zone).date() if isinstance(value, datetime) else value
            return any(self.is_kept(day, today + timedelta(days=ahead)) for ahead in range(days.days + 1))
        here: Any = self.now if isinstance(value, datetime) else today
        return here - days <= value <= here if op == "within_last" else here <= value <= here + days  # type: ignore[operator]

    def is_kept(self, born: date, day: date) -> bool:
        """A 29 February on the 28th where there is none."""
        if (born.month, born.day) == (2, 29) and (day.month, day.day) == (2, 28):
            return (day + timedelta(days=1)).month == 3
        return (born.month, born.day) == (day.month, day.day)

    def days(self, text: str) -> timedelta:
        return timedelta(days=int(text.removesuffix("d")))

"""The plan of a campaign on the wire: audience, goals, channels and key figures (s4 §4)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backoffice.dev.fields import ClearableText, DayOrMoment
from crm.kernel.money import rounded
from crm.web.dialects import DevCrm
from crm.web.money import MoneyIn
from crm.web.serializers import InputSerializer, OutputSerializer

MOST, WORD, GOAL = 50, 100, 500
YEARS = {"type": "integer", "minimum": 0, "maximum": 150}


@extend_schema_field({
    "oneOf": [
        {"type": "string", "maxLength": WORD, "example": "25-45"},
        {
            "type": "object", "properties": {"min": YEARS, "max": YEARS}, "additionalProperties": False,
            "example": {"min": 25, "max": 45},
        },
    ],
    "nullable": True,
})  # fmt: skip
class AgeRange(serializers.JSONField):
    """Years as a text, or as the youngest and the oldest; what is sent is what is read back."""


@extend_schema_field({
    "oneOf": [
        {"type": "string", "maxLength": WORD},
        {"type": "array", "maxItems": MOST, "items": {"type": "string", "maxLength": WORD}},
    ],
    "nullable": True,
})  # fmt: skip
class OneOrMore(serializers.JSONField):
    """A text or a list of texts; what is sent is what is read back."""


class PartIn(InputSerializer):
    def get_value(self, dictionary: Any) -> Any:
        # A form has no way to write an object, so what a form says here is refused, not passed over.
        return dictionary.get(self.field_name, serializers.empty)


def texts(longest: int) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=longest), max_length=MOST, required=False, allow_null=True
    )


class AudienceIn(PartIn):
    age_range = AgeRange(required=False, allow_null=True)
    gender = OneOrMore(required=False, allow_null=True)
    locations = texts(WORD)
    interests = texts(WORD)


class GoalsIn(PartIn):
    primary = ClearableText(max_length=GOAL)
    secondary = texts(GOAL)
    kpis = texts(GOAL)


class ChannelIn(InputSerializer):
    name = serializers.CharField(max_length=WORD)
    type = ClearableText(max_length=WORD)
    platform = ClearableText(max_length=WORD)
    budget_allocation = MoneyIn(required=False, allow_null=True, min_value=0)
    start_date = DayOrMoment()
    end_date = DayOrMoment()


class FigureIn(InputSerializer):
    name = serializers.CharField(max_length=WORD)
    target = serializers.DecimalField(max_digits=19, decimal_places=4, required=False, allow_null=True)
    current = serializers.DecimalField(max_digits=19, decimal_places=4, required=False, allow_null=True)
    unit = ClearableText(max_length=WORD)


class AudienceShape(OutputSerializer):
    age_range = AgeRange()
    gender = OneOrMore()
    locations = serializers.ListField(child=serializers.CharField())
    interests = serializers.ListField(child=serializers.CharField())


class GoalsShape(OutputSerializer):
    primary = serializers.CharField(allow_null=True)
    secondary = serializers.ListField(child=serializers.CharField())
    kpis = serializers.ListField(child=serializers.CharField())


class ChannelShape(OutputSerializer):
    name = serializers.CharField()
    type = serializers.CharField(allow_null=True)
    platform = serializers.CharField(allow_null=True)
    budget_allocation = serializers.DecimalField(None, None, coerce_to_string=False, allow_null=True)
    start_date = serializers.DateTimeField(allow_null=True)
    end_date = serializers.DateTimeField(allow_null=True)


class FigureShape(OutputSerializer):
    name = serializers.CharField()
    target = serializers.DecimalField(None, None, coerce_to_string=False, allow_null=True)
    current = serializers.DecimalField(None, None, coerce_to_string=False, allow_null=True)
    unit = serializers.CharField(allow_null=True)


@extend_schema_field(AudienceShape)
class AudienceOut(serializers.JSONField):
    def present(self, audience: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "age_range": audience.get("age_range"), "gender": audience.get("gender"),
            "locations": audience.get("locations", []), "interests": audience.get("interests", []),
        }  # fmt: skip


@extend_schema_field(GoalsShape)
class GoalsOut(serializers.JSONField):
    def present(self, goals: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "primary": goals.get("primary"), "secondary": goals.get("secondary", []), "kpis": goals.get("kpis", []),
        }  # fmt: skip


@extend_schema_field(ChannelShape(many=True))
class ChannelsOut(serializers.JSONField):
    beside = ("organisation__currency",)

    def present(self, channels: Sequence[Mapping[str, Any]], currency: str) -> list[dict[str, Any]]:
        return [
            {
                "name": channel["name"], "type": channel.get("type"), "platform": channel.get("platform"),
                "budget_allocation": _amount(channel.get("budget_allocation"), currency),
                "start_date": _moment(channel.get("start_date")), "end_date": _moment(channel.get("end_date")),
            }
            for channel in channels
        ]  # fmt: skip


@extend_schema_field(FigureShape(many=True))
class FiguresOut(serializers.JSONField):
    def present(self, figures: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [
            {
                "name": figure["name"], "target": _number(figure.get("target")),
                "current": _number(figure.get("current")), "unit": figure.get("unit"),
            }
            for figure in figures
        ]  # fmt: skip


def _number(kept: str | None) -> Decimal | None:
    return Decimal(kept) if kept else None


def _amount(kept: str | None, currency: str) -> Decimal | None:
    return rounded(Decimal(kept), currency) if kept else None


def _moment(kept: str | None) -> Any:
    return DevCrm().moment(datetime.fromisoformat(kept)) if kept else None

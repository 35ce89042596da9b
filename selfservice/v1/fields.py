"""How S2 writes values that others write differently (s2 §A): epoch seconds, capitals, lists of key and value."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.web.serializers import InputSerializer

GENDERS = ("FEMALE", "MALE", "OTHER")
CONSENT_STATES = ("PENDING", "ACCEPTED", "REJECTED", "WITHDRAWN")


@extend_schema_field({"type": "integer", "description": "Epoch seconds."})
class EpochIn(serializers.IntegerField):
    """A moment in epoch seconds."""

    def to_internal_value(self, data: Any) -> Any:
        seconds = super().to_internal_value(data)
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            raise serializers.ValidationError("Enter epoch seconds of a year up to 9999.") from None


class Upper(serializers.ChoiceField):
    """A word that is kept in small letters and written in capitals."""

    def to_internal_value(self, data: Any) -> Any:
        return str(super().to_internal_value(data)).lower()

    def present(self, value: str) -> str | None:
        return value.upper() or None


class Day(InputSerializer):
    """A date in three numbers; the document's own sample writes one of them as text."""

    year = serializers.IntegerField()
    month = serializers.IntegerField()
    day = serializers.IntegerField()

    def validate(self, attrs: dict[str, Any]) -> Any:
        try:
            return date(**attrs)
        except (ValueError, OverflowError):
            raise serializers.ValidationError("This is no day of the calendar.") from None


class CustomValue(InputSerializer):
    key = serializers.CharField(max_length=50)
    # Numbers with a point are read exactly, which plain JSON does not know how to write.
    value = serializers.JSONField(allow_null=True, encoder=DjangoJSONEncoder)


@extend_schema_field(
    {"type": "array", "items": {"type": "object", "properties": {"key": {"type": "string"}, "value": {}}}}
)
class CustomValues(serializers.Field[Any, Any, Any, Any]):
    """Custom fields as a list of keys and values."""

    def present(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [{"key": key, "value": value} for key, value in values.items()]


@extend_schema_field({"type": "object", "nullable": True, "properties": {
    "year": {"type": "integer"}, "month": {"type": "integer"}, "day": {"type": "integer"},
}})  # fmt: skip
class DayOut(serializers.Field[Any, Any, Any, Any]):
    """A date in three numbers."""

    def present(self, value: date) -> dict[str, int]:
        return {"year": value.year, "month": value.month, "day": value.day}


def custom_values(given: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {item["key"]: item["value"] for item in given}

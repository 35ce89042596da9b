"""What S4's resources have in common on the wire."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers

from crm.web.filters import MomentField
from crm.web.serializers import OutputSerializer


class ClearableText(serializers.CharField):
    """A text that need not be there; null clears it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, allow_blank=True, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation("" if data is None else data)


class AnyObject(serializers.DictField):
    """An object with any keys. A form has no way to write one, so what a form says here is refused, not passed over."""

    def get_value(self, dictionary: Any) -> Any:
        return dictionary.get(self.field_name, serializers.empty)


class DayOrMoment(serializers.DateTimeField):
    """A date or a date-time, kept in UTC; a bare date is its first moment (s4 §6, 10). Null or an empty text clears,
    unless null is not allowed.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "allow_null": True, **kwargs})

    def to_internal_value(self, value: Any) -> datetime | None:  # type: ignore[override]
        try:
            moment: datetime | None = MomentField(required=False).clean(value if isinstance(value, str) else "?")
        except ValidationError as problem:
            raise serializers.ValidationError(problem.messages) from None
        if moment is None and not self.allow_null:
            self.fail("null")
        return moment


class DoneOut(OutputSerializer):
    """How a deletion answers (s4 §1)."""

    enveloped = False

    success = serializers.BooleanField()
    message = serializers.CharField()

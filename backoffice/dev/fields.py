"""What S4's resources have in common on the wire."""

from typing import Any

from rest_framework import serializers

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


class DoneOut(OutputSerializer):
    """How a deletion answers (s4 §1)."""

    enveloped = False

    success = serializers.BooleanField()
    message = serializers.CharField()

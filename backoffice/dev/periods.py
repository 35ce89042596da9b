"""`start_date` and `end_date`, as S4's figures take them: whole days, both included (s4 §5)."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from crm.web.serializers import InputSerializer

START = OpenApiParameter("start_date", str, description="The first day, as YYYY-MM-DD, in the organisation's zone.")
END = OpenApiParameter("end_date", str, description="The last day, included.")


class Figure(serializers.DecimalField):
    """A number with as many decimals as the figure has."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, coerce_to_string=False, **kwargs)


class PeriodIn(InputSerializer):
    start_date = serializers.DateField(required=False)
    end_date = serializers.DateField(required=False)


def asked_for(form: type[InputSerializer], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The checked values of those query parameters that `form` knows; empty ones are none. Raises ValidationError."""
    names: list[str] = list(form().get_fields())
    known = {name: parameters[name] for name in names if parameters.get(name, "") != ""}
    serializer = form(data=known)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)

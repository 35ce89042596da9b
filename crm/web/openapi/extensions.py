"""How drf-spectacular reads the kit's own fields."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension

from crm.web.openapi.envelopes import schema_of
from crm.web.openapi.examples import ALTERNATIVE
from crm.web.serializers import Alternative, Constant, PrefixedId


class ConstantExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = Constant
    target: Constant

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        if self.target.value is None:
            return {"nullable": True}
        return {**schema_of(self.target.value, {}), "example": self.target.value}


class AlternativeExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = Alternative
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)
        return {**schema, ALTERNATIVE: True}


class PrefixedIdExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = PrefixedId
    target: PrefixedId

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "example": f"{self.target.prefix}0192f0c5-7a3b-7c1e-9b1a-2f4e5d6c7b8a"}

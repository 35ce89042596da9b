"""What a rule may speak of in the open scope: what apps have registered, custom fields, other segments."""

from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Case, CharField, DateField, DecimalField, Func, Value, When
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact

from crm.insights import registry
from crm.insights.models import Segment
from crm.insights.registry import BuiltIn, FieldKind, SegmentEvent, SegmentField
from crm.kernel.errors import Message
from crm.organisations.models import CustomField
from crm.organisations.models import FieldKind as CustomKind
from crm.organisations.selectors import organisation_of_scope

CUSTOM = "custom_fields."
_KINDS: Mapping[str, FieldKind] = {
    CustomKind.TEXT: FieldKind.TEXT, CustomKind.NUMBER: FieldKind.NUMBER, CustomKind.WHOLE_NUMBER: FieldKind.NUMBER,
    CustomKind.YES_NO: FieldKind.YES_NO, CustomKind.DATE: FieldKind.DAY, CustomKind.CHOICE: FieldKind.CHOICE,
}  # fmt: skip


class Known:
    """Each part is asked for once, when a rule first names one of it: most rules name few."""

    def field(self, key: str) -> SegmentField | None:
        return registry.fields().get(key) or (self.custom.get(key) if key.startswith(CUSTOM) else None)

    def event(self, key: str) -> SegmentEvent | None:
        return registry.events().get(key)

    @cached_property
    def custom(self) -> Mapping[str, SegmentField]:
        return {f"{CUSTOM}{definition.key}": _custom(definition) for definition in CustomField.objects.all()}

    @cached_property
    def built_ins(self) -> Mapping[str, BuiltIn]:
        return registry.built_ins()

    @cached_property
    def segments(self) -> Mapping[str, UUID]:
        """The ids of the segments that are kept, by their short names."""
        return dict(Segment.objects.filter(archived_at=None).values_list("slug", "id"))

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(organisation_of_scope().zone)


def _custom(definition: CustomField) -> SegmentField:
    kind = _KINDS[definition.kind]
    return SegmentField(
        f"{CUSTOM}{definition.key}", definition.label, kind, "", choices=partial(_choices_of, definition.choices),
        expression=partial(_custom_value, definition.key, kind),
    )  # fmt: skip


def _choices_of(choices: list[str]) -> list[tuple[str, Message]]:
    return [(choice, choice) for choice in choices]


def _custom_value(key: str, kind: FieldKind) -> Combinable:
    """The value under a key where it is what the definition says; what was written before there was one may be
    anything, and a cast that fails would fail the statement.
    """
    text = KeyTextTransform(key, "custom_fields")
    kind_of_value = Func(KeyTransform(key, "custom_fields"), function="jsonb_typeof", output_field=CharField())
    if kind is FieldKind.DAY:
        return _Day(text)
    if kind is FieldKind.YES_NO:
        return _where(kind_of_value, "boolean", Cast(text, BooleanField()))
    if kind is FieldKind.NUMBER:
        return _where(kind_of_value, "number", Cast(text, DecimalField(max_digits=50, decimal_places=20)))
    return _where(kind_of_value, "string", Cast(text, CharField()))


def _where(kind_of_value: Any, kind: str, value: Combinable) -> Case:
    return Case(When(Exact(kind_of_value, Value(kind)), then=value))


class _Day(Func):
    """A text as a day, null where it is none. The day of the month is added: a 31 April is no error then but 1 May."""

    template = (
        "CASE WHEN %(expressions)s ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'"
        " THEN (substr(%(expressions)s, 1, 8) || '01')::date + substr(%(expressions)s, 9, 2)::int - 1 END"
    )
    output_field = DateField()

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        sql, params = super().as_sql(*args, **kwargs)
        return sql, (*params, *params, *params)

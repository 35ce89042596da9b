"""Custom fields on a record's form: one typed field for each definition."""

from typing import Any

from django import forms
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
)

from backoffice.admin.reading import as_values
from crm.kernel.events import to_json
from crm.organisations.models import CustomField, FieldKind

PREFIX = "custom__"
# What a complaint about one of them begins with, as the services name it.
COMPLAINT = "custom_fields."
YES_NO = (("", "–"), ("true", "Yes"), ("false", "No"))


def definitions_of(request: HttpRequest) -> list[CustomField]:
    """The definitions, read once for a request."""
    if not hasattr(request, "custom_field_definitions"):
        request.custom_field_definitions = list(CustomField.objects.all())  # type: ignore[attr-defined]
    definitions: list[CustomField] = request.custom_field_definitions  # type: ignore[attr-defined]
    return definitions


def custom_form_fields(definitions: list[CustomField], holder: Any) -> dict[str, forms.Field]:
    """Form fields by name, showing the record's values. Bounds are the service's business, as everywhere."""
    values = holder.custom_fields if holder else {}
    return {f"{PREFIX}{field.key}": _form_field(field, values.get(field.key)) for field in definitions}


class KeepsOldValue:
    """A value stored before its definition, which it does not fit, stays until somebody writes another."""

    def clean(self, value: Any) -> Any:
        return self.initial if self._is_kept(value) else super().clean(value)  # type: ignore[misc, attr-defined]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not self._is_kept(data) and super().has_changed(initial, data)  # type: ignore[misc]

    def _is_kept(self, data: Any) -> bool:
        return str(data) == str(self.initial)  # type: ignore[attr-defined]


def _form_field(field: CustomField, value: Any) -> forms.Field:
    made = _typed_field(field, value)
    if value in (None, "") or _fits(made):
        return made
    made.__class__ = type(f"Old{type(made).__name__}", (KeepsOldValue, type(made)), {})
    if isinstance(made, forms.ChoiceField):
        made.choices = [*made.choices, (made.initial, made.initial)]  # type: ignore[misc]
    else:
        made.widget = UnfoldAdminTextInputWidget()
    return made


def _fits(field: forms.Field) -> bool:
    try:
        field.clean(field.initial)
    except ValidationError:
        return False
    return True


def _typed_field(field: CustomField, value: Any) -> forms.Field:
    common: dict[str, Any] = {"label": field.label, "required": False, "initial": value}
    if field.kind == FieldKind.CHOICE:
        choices = [("", "–"), *((choice, choice) for choice in field.choices)]
        return forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget, **common)
    if field.kind == FieldKind.YES_NO:
        common["initial"] = str(value).lower() if isinstance(value, bool) else value
        return forms.TypedChoiceField(
            choices=YES_NO,
            coerce=lambda text: text == "true",
            empty_value=None,
            widget=UnfoldAdminSelectWidget,
            **common,
        )
    if field.kind == FieldKind.DATE:
        return forms.DateField(widget=UnfoldAdminSingleDateWidget, **common)
    if field.kind == FieldKind.WHOLE_NUMBER:
        return forms.IntegerField(widget=UnfoldAdminIntegerFieldWidget, **common)
    if field.kind == FieldKind.NUMBER:
        return forms.FloatField(widget=UnfoldAdminDecimalFieldWidget, **common)
    return forms.CharField(widget=UnfoldAdminTextInputWidget, **common)


def with_custom_values(values: dict[str, Any]) -> dict[str, Any]:
    """A form's values with those of custom fields gathered under `custom_fields`; an emptied one becomes null."""
    plain = {name: value for name, value in values.items() if not name.startswith(PREFIX)}
    custom = {
        name.removeprefix(PREFIX): None if value == "" else to_json(value)
        for name, value in values.items()
        if name.startswith(PREFIX)
    }
    return {**plain, "custom_fields": custom} if custom else plain


class CustomValuesPage:
    """Mixed into the pages of records with custom fields: one form field for each definition, in a tab of their own."""

    form: Any

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        extra = custom_form_fields(definitions_of(request), self.holder_of(obj)) | self.extra_fields(request, obj)
        form = type("CustomValuesForm", (self.form,), extra)
        return super().get_form(request, obj, change, form=form, **kwargs)  # type: ignore[misc]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        names = tuple(custom_form_fields(definitions_of(request), None))
        sets = [*sets, (_("Custom fields"), {"classes": ["tab"], "fields": names})] if names else [*sets]
        if obj is None or self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            return sets
        # The form's own fields are none of the model's, so Django could show neither their labels nor their values.
        form = self.get_form(request, obj, change=False, fields=flatten_fieldsets(sets))
        return as_values(sets, form(instance=obj))

    def field_of(self, complaint: str) -> str:
        name = complaint.removeprefix(COMPLAINT)
        own: str = super().field_of(complaint)  # type: ignore[misc]
        return own if name == complaint else f"{PREFIX}{name.split('.')[0]}"

    def holder_of(self, obj: Any) -> Any:
        """The row that has the custom fields; None while it is being added."""
        return obj

    def extra_fields(self, request: HttpRequest, obj: Any) -> dict[str, forms.Field]:
        """More form fields that are none of the model's own."""
        return {}

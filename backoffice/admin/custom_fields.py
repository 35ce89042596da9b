import re
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from backoffice.admin.base import PlaceAdmin, changed_values
from crm.organisations.models import CustomField
from crm.organisations.services import define_custom_field, remove_custom_field


class ChoicesField(forms.CharField):
    """Choices by comma or by line."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return [choice for part in re.split(r"[,\n]", super().clean(value)) if (choice := part.strip())]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.clean(data) != (initial or [])


class CustomFieldForm(forms.ModelForm):  # type: ignore[type-arg]
    choices = ChoicesField(
        label=_("Choices"), required=False, help_text=_("One to a line, or with commas between them.")
    )


@admin.register(CustomField)
class CustomFieldPage(PlaceAdmin):
    resource = "crm:custom-fields"
    about = "custom_field"
    form = CustomFieldForm
    can_add = can_change = can_delete = True
    list_display = ("label", "key", "kind")
    list_filter = ("kind",)
    search_fields = ("label", "key")
    ordering = ("label",)
    fields = ("label", "key", "kind", "choices", ("minimum", "maximum"), "longest")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Values are stored under the key; another key would be another field.
        return ("key",) if obj else ()

    def write(self, form: Any, obj: CustomField, *, change: bool) -> CustomField:
        values = changed_values(form) if change else dict(form.cleaned_data)
        return define_custom_field(field_id=obj.pk if change else None, **values)

    def remove(self, obj: CustomField) -> None:
        remove_custom_field(field_id=obj.pk)

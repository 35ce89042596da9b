from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.admin.base import PlaceAdmin
from crm.messaging.models import Suppression
from crm.messaging.selectors import mark_of
from crm.messaging.services import lift_suppression, suppress


@admin.register(Suppression)
class SuppressionPage(PlaceAdmin):
    """An entry is added or lifted, never changed: another address is another entry."""

    resource = "notification:suppressions"
    about = "suppression"
    can_add = can_delete = True
    list_display = ("shown_address", "channel", "reason", "note", "created_at")
    list_filter = ("channel", "reason")
    search_fields = ("key__istartswith",)
    search_help_text = _("The beginning of an e-mail address, or of a number's digits")
    ordering = ("-created_at",)
    fields = ("channel", "address", "reason", "note")

    @display(description=_("Address"), ordering="address")
    def shown_address(self, entry: Suppression) -> str:
        return str(entry)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        key = search_term.strip().lower()
        digits = "".join(filter(str.isdigit, key))
        key = digits if digits and "@" not in key and not any(char.isalpha() for char in key) else key
        # Of somebody who was erased only a mark is kept, by which a whole address is known again.
        return queryset.filter(Q(key__startswith=key) | Q(key=mark_of(key))), False

    def write(self, form: Any, obj: Suppression, *, change: bool) -> Suppression:
        return suppress(**form.cleaned_data, anew=True)

    def remove(self, obj: Suppression) -> None:
        lift_suppression(suppression_id=obj.pk)

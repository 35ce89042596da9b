"""In whose name messages go out, and when and how often marketing may."""

from typing import Any

from django.contrib import admin
from django.forms import model_to_dict
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.admin.base import PlaceAdmin, changed_values
from crm.messaging.models import Sender, SendingSettings
from crm.messaging.selectors import sending_settings
from crm.messaging.services import change_sending_settings, define_sender, remove_sender


@admin.register(Sender)
class SenderPage(PlaceAdmin):
    resource = "notification:messages"
    about = "sender"
    can_add = can_change = can_delete = True
    list_display = ("name", "channel", "address", "is_default")
    list_filter = ("channel",)
    search_fields = ("name", "address")
    ordering = ("channel", "name")
    fields = ("channel", "name", "address", "is_default")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("channel",) if obj else ()

    def write(self, form: Any, obj: Sender, *, change: bool) -> Sender:
        values = changed_values(form) if change else dict(form.cleaned_data)
        return define_sender(sender_id=obj.pk if change else None, **values)

    def remove(self, obj: Sender) -> None:
        remove_sender(sender_id=obj.pk)


@admin.register(SendingSettings)
class SendingSettingsPage(PlaceAdmin):
    """One row, or the defaults until somebody saves others."""

    resource = "notification:messages"
    about = "sending_settings"
    can_add = can_change = True
    list_display = ("quiet_from", "quiet_until", "email_per_day", "sms_per_day", "total_per_day", "link_base")
    list_before_template = "backoffice/sending_defaults.html"
    fieldsets = (
        (_("Quiet hours for marketing"), {"fields": (("quiet_from", "quiet_until"),)}),
        (_("At most, of marketing to one person"), {"fields": (
            ("email_per_day", "email_per_week"), ("sms_per_day", "sms_per_week"), ("inapp_per_day", "inapp_per_week"),
            ("device_per_day", "device_per_week"), ("total_per_day", "total_per_week"),
        )}),
        (_("Links"), {"fields": ("link_base",)}),
    )  # fmt: skip

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Once there is a row, it is changed; there is no second one to offer."""
        is_set = self.may("read") and sending_settings().organisation_id is not None
        offer = {"has_add_permission": False} if is_set else {}
        return super().changelist_view(request, {**offer, **(extra_context or {})})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The form begins with what holds, so that saving it changes nothing else."""
        return model_to_dict(sending_settings())

    def write(self, form: Any, obj: SendingSettings, *, change: bool) -> SendingSettings:
        return change_sending_settings(**form.cleaned_data)

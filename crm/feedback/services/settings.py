from typing import Any

from django.utils.translation import gettext as _

from crm.feedback.events import FeedbackSettingsChanged
from crm.feedback.models import FeedbackSettings
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.errors import Invalid
from crm.kernel.events import record
from crm.kernel.locks import hold_names
from crm.kernel.transactions import atomic


@atomic
def change_feedback_settings(**values: Any) -> FeedbackSettings:
    """What customers of this place are asked, and how often; what is not given stays. Raises Invalid."""
    hold_names("feedback settings")
    settings = FeedbackSettings.objects.get_queryset().first() or FeedbackSettings()
    changes = apply_changes(settings, values)
    check_row(settings)
    _ensure_in_order(settings)
    if changes:
        settings.save()
        record(FeedbackSettingsChanged(feedback_settings_id=settings.pk), changes=changes)
    return settings


def _ensure_in_order(settings: FeedbackSettings) -> None:
    """The second reminder comes after the first, and both before the request is over."""
    first, second, end = settings.first_reminder_days, settings.second_reminder_days, settings.expiry_days
    if first is not None and second is not None and second <= first:
        raise Invalid(_("The second reminder comes after the first."), field="second_reminder_days")
    for field, days in (("first_reminder_days", first), ("second_reminder_days", second)):
        if days is not None and days >= end:
            raise Invalid(_("By then the request is over."), field=field)

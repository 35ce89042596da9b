"""What leads know of people: that they were one, and where it came from."""

from django.utils.translation import gettext_lazy as _

from crm.insights.registry import FieldKind, SegmentEvent, SegmentField, register_events
from crm.kernel.tenancy import ScopedQuerySet
from crm.leads.models import Lead, LeadSource

LEADS = "crm:leads:read"


def _converted() -> ScopedQuerySet[Lead]:
    return Lead.objects.filter(deleted_at=None, converted_at__isnull=False)


register_events(
    SegmentEvent(
        "lead", _("They came as a lead"), _converted, "customer", "converted_at", LEADS,
        attributes={
            "source": SegmentField("source", _("Source"), FieldKind.CHOICE, "source", LEADS,
                                   lambda: LeadSource.choices),
            "score": SegmentField("score", _("Score"), FieldKind.NUMBER, "score", LEADS),
        },
    )
)  # fmt: skip

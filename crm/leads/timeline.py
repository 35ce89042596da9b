"""The leads that a customer was: when they came, what was said with them, when they became the customer."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import CustomerInteraction
from crm.contacts.timeline import Entry, Place, key_of, latest_before, register_source
from crm.kernel.tenancy import ScopedQuerySet
from crm.leads.models import Lead, LeadInteraction
from crm.leads.selectors import leads

LEAD, CONVERSION, SAID = "lead", "lead_conversion", "lead_interaction"
GRANT = "crm:leads:read"


def captured(contact_id: UUID, before: Place | None, limit: int) -> Iterable[Entry]:
    for lead in latest_before(_leads_of(contact_id), LEAD, before, limit, at="created_at"):
        text = " · ".join(filter(None, (lead.name, str(lead.get_source_display()))))
        yield Entry(lead.created_at, key_of(LEAD, lead.pk), _("Lead captured"), text, _record(lead.pk))


def converted(contact_id: UUID, before: Place | None, limit: int) -> Iterable[Entry]:
    rows = _leads_of(contact_id).filter(converted_at__isnull=False)
    for lead in latest_before(rows, CONVERSION, before, limit, at="converted_at"):
        at: Any = lead.converted_at
        yield Entry(at, key_of(CONVERSION, lead.pk), _("Lead converted"), lead.name, _record(lead.pk))


def said(contact_id: UUID, before: Place | None, limit: int) -> Iterable[Entry]:
    """Without what was carried over to the customer: that is told as theirs."""
    copies = CustomerInteraction.objects.filter(contact_id=contact_id, copied_from=OuterRef("pk"))
    rows = LeadInteraction.objects.filter(lead__in=_leads_of(contact_id).values("pk")).exclude(Exists(copies))
    for row in latest_before(rows, SAID, before, limit, at="created_at"):
        actor = (row.actor_kind, row.actor_id)
        title = str(row.get_type_display())
        yield Entry(row.created_at, key_of(SAID, row.pk), title, row.notes, _record(row.lead_id), actor)


def _leads_of(contact_id: UUID) -> ScopedQuerySet[Lead]:
    return leads().filter(customer_id=contact_id).defer("words", "search")


def _record(lead_id: UUID) -> tuple[str, str]:
    return Lead._meta.label, str(lead_id)


register_source(LEAD, captured, grant=GRANT)
register_source(CONVERSION, converted, grant=GRANT)
register_source(SAID, said, grant=GRANT)

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from crm.contacts.errors import EmailTaken
from crm.contacts.models import Customer, CustomerType
from crm.contacts.selectors import customers, with_email
from crm.contacts.services import create_customer
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.leads.errors import AlreadyConverted, LeadLost, LeadOfAnother, UnknownLead
from crm.leads.events import LeadConverted, LeadStatusChanged
from crm.leads.models import Lead, Stage
from crm.leads.services.capture import locked_lead
from crm.leads.services.carrying import carry_over
from crm.leads.services.writing import move
from crm.organisations.selectors import staff_of_organisation


@dataclass(frozen=True)
class Conversion:
    """`linked` when the customer was there before."""

    lead: Lead
    customer: Customer
    linked: bool


@atomic
def convert_lead(*, lead_id: UUID) -> Conversion:
    """The lead becomes a customer with its name, addresses, company, custom fields and assignee (s4 §6, 5), and with
    what was said with it. A customer who has the e-mail address is linked as they are; there is never a second one.

    Raises LeadNotFound, AlreadyConverted, LeadLost.
    """
    lead = locked_lead(lead_id)
    if lead.is_converted:
        raise AlreadyConverted(customer_id=lead.customer_id)
    if lead.status == Stage.LOST:
        raise LeadLost
    customer, linked = _customer_of(lead)
    _become(lead, customer, linked=linked)
    return Conversion(lead, customer, linked)


@atomic
def note_origin(*, lead_id: UUID | None, customer_id: UUID) -> None:
    """Say that a customer came from a lead, which is thereby converted; nothing without one, or when it is known.

    Raises UnknownLead, LeadOfAnother.
    """
    if lead_id is None:
        return
    lead = Lead.objects.for_update().filter(pk=lead_id, deleted_at=None).first()
    if lead is None:
        raise UnknownLead
    if lead.customer_id not in (None, customer_id):
        raise LeadOfAnother
    if not lead.is_converted:
        _become(lead, Customer.objects.get(pk=customer_id), linked=True)


def _customer_of(lead: Lead) -> tuple[Customer, bool]:
    """The customer who has the lead's address, or a new one; and whether they were there before."""
    known = with_email(customers(), lead.email, path="contact__")
    customer = known.first()
    if customer is not None:
        return customer, True
    try:
        with transaction.atomic():
            return create_customer(**_carried_over(lead)), False
    except EmailTaken:
        # Somebody wrote this address a moment ago.
        return known.get(), True


def _become(lead: Lead, customer: Customer, *, linked: bool) -> None:
    before = lead.status
    move(lead, Stage.CONVERTED)
    lead.customer = customer
    lead.converted_at = lead.updated_at = now()
    lead.save(update_fields=["status", "status_since", "customer", "converted_at", "updated_at"])
    carry_over(lead, customer)
    record(LeadStatusChanged(lead_id=lead.id, from_status=before, to_status=lead.status))
    record(LeadConverted(lead_id=lead.id, customer_id=customer.pk, linked=linked))


def _carried_over(lead: Lead) -> dict[str, Any]:
    """What the customer gets from the lead. An assignee who has left stays behind."""
    assignee = lead.assigned_to_id
    stays = staff_of_organisation().filter(pk=assignee, is_active=True).exists() if assignee else False
    return {
        "name": lead.name,
        "email": lead.email,
        "phone": lead.phone or None,
        "company_name": lead.company,
        "type": CustomerType.BUSINESS if lead.company else CustomerType.INDIVIDUAL,
        "notes": lead.notes,
        "custom_fields": lead.custom_fields,
        "assigned_to_id": assignee if stays else None,
    }

from datetime import datetime
from decimal import Decimal
from typing import TypedDict, Unpack
from uuid import UUID

from crm.contacts.events import ContactUpdated
from crm.contacts.models import CompanyProfile
from crm.contacts.services.contacts import locked_contact
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.events import record
from crm.kernel.transactions import atomic


class ProfileValues(TypedDict, total=False):
    """What is known about a company; None and "" clear, an absent key stays."""

    profile_year: datetime | None
    annual_turnover: Decimal | None
    established_on: datetime | None
    number_of_employees: int | None
    registration_number: str
    registration_country: str
    tax_reference_number: str
    vat_registration_number: str
    industry_id: str
    industry_sectors: list[str]


@atomic
def write_company_profile(*, contact_id: UUID, **values: Unpack[ProfileValues]) -> CompanyProfile:
    """Write what is known about a contact's company. Raises ContactNotFound, Invalid."""
    contact = locked_contact(contact_id)
    profile = CompanyProfile.objects.filter(pk=contact.pk).first() or CompanyProfile(contact=contact)
    changes = apply_changes(profile, dict(values))
    check_row(profile, exclude=("contact",))
    profile.save()
    if changes:
        told = {f"company_profile.{field}": change for field, change in changes.items()}
        record(ContactUpdated(contact_id=contact.id), changes=told)
    return profile

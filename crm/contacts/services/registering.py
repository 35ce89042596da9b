"""Somebody becomes a customer by themselves: checked as a whole first, then all of it or nothing (s2 §B6)."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crm.contacts.errors import BadReferral
from crm.contacts.events import ContactReferred
from crm.contacts.models import Contact, Customer, Referral
from crm.contacts.selectors import customers
from crm.contacts.services.consent_entries import ensure_withdrawable
from crm.contacts.services.customers import create_customer
from crm.contacts.services.pass_codes import ensure_pass_code, use_pass_code
from crm.contacts.services.people import ensure_named, write_person
from crm.kernel.clock import now
from crm.kernel.countries import ALPHA_2
from crm.kernel.errors import Invalid
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.messaging.services import welcome_back


@dataclass(frozen=True, slots=True)
class Registration:
    """What was sent by somebody who is to be a customer: their own values, and by whose leave they come."""

    values: Mapping[str, Any] = field(default_factory=dict)
    pass_code_id: UUID | None = None
    referrer_id: UUID | None = None

    def as_text(self) -> str:
        ids = [str(id_) if id_ else None for id_ in (self.pass_code_id, self.referrer_id)]
        return json.dumps([dict(self.values), *ids])

    @classmethod
    def from_text(cls, text: str) -> "Registration":
        values, *ids = json.loads(text)
        return cls(values, *(UUID(id_) if id_ else None for id_ in ids))


def checked_registration(
    *, pass_code: str | None = None, pass_pin: str = "", referral_code: str = "", **values: Any
) -> Registration:
    """What was sent, found good, with nothing written yet.

    Raises BadPassCode, BadReferral, NameMissing, NotAccepted, Invalid, BadEmail, BadPhone, BadCustomValue.
    """
    pass_code_id = None if pass_code is None else ensure_pass_code(code=pass_code, pin=pass_pin)
    country = values.get("country_of_agreement", "")
    if country and country not in ALPHA_2:
        raise Invalid("Enter the code of a country in three letters.", field="country_of_agreement")
    probe = Contact()
    ensure_withdrawable(probe, values)
    write_person(probe, values)
    ensure_named(probe)
    if "custom_fields" in values:
        values["custom_fields"] = probe.custom_fields
    return Registration(values, pass_code_id, _referrer(referral_code) if referral_code else None)


@atomic
def register(registration: Registration) -> Customer:
    """The customer. Raises BadPassCode when others were quicker, and what create_customer does."""
    customer = create_customer(**registration.values)
    welcome_back(email_key=customer.contact.email_key, phone_key=customer.contact.phone_key)
    if registration.pass_code_id is not None:
        use_pass_code(pass_code_id=registration.pass_code_id, contact_id=customer.pk)
    if registration.referrer_id is not None and registration.referrer_id != customer.pk:
        Referral.objects.create(contact_id=customer.pk, referrer_id=registration.referrer_id, created_at=now())
        record(ContactReferred(contact_id=customer.pk, referrer_id=registration.referrer_id))
    return customer


def referral_code_of(contact_id: UUID) -> str:
    """What somebody hands to those whom they bring: their id, in letters and digits that are not mistaken."""
    return base64.b32encode(contact_id.bytes).decode().rstrip("=")


def _referrer(code: str) -> UUID:
    try:
        found = UUID(bytes=base64.b32decode(code.strip().upper() + "======"))
    except ValueError:
        raise BadReferral from None
    if not customers().filter(pk=found).exists():
        raise BadReferral
    return found

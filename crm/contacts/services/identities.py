import re
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.contacts.errors import IdentityTaken
from crm.contacts.events import IdentityAdded, IdentityRemoved
from crm.contacts.models import SOCIAL, Identity, Provider
from crm.contacts.services.contacts import locked_contact
from crm.kernel.addresses import checked_email, checked_phone, email_key
from crm.kernel.clock import now
from crm.kernel.errors import Invalid, NotFound
from crm.kernel.events import record
from crm.kernel.sealing import blind_index
from crm.kernel.transactions import atomic


@atomic
def add_identity(*, contact_id: UUID, provider: str, value: str) -> Identity:
    """A way for a living contact to sign in. Raises ContactNotFound, IdentityTaken, BadEmail, BadPhone, Invalid."""
    contact = locked_contact(contact_id)
    try:
        text, key = normalised(provider, value)
    except Invalid as bad:
        raise type(bad)(bad.message, field="value") from None
    identity = Identity(contact=contact, provider=provider, value=text, key=key, created_at=now())
    try:
        with transaction.atomic():
            identity.save(force_insert=True)
    except IntegrityError:
        raise IdentityTaken from None
    record(IdentityAdded(contact_id=contact.id, identity_id=identity.id, provider=provider))
    return identity


@atomic
def remove_identity(*, identity_id: UUID) -> None:
    """Raises NotFound."""
    identity = Identity.objects.for_update().filter(pk=identity_id).first()
    if identity is None:
        raise NotFound
    record(IdentityRemoved(contact_id=identity.contact_id, identity_id=identity.id, provider=identity.provider))
    identity.delete()


def normalised(provider: str, value: str) -> tuple[str, str]:
    """How an identity is written, and what it is compared by. Raises BadEmail, BadPhone, Invalid."""
    if provider == Provider.EMAIL:
        email = checked_email(value)
        return email, email_key(email)
    if provider == Provider.PHONE:
        phone = checked_phone(value)
        return phone.text, phone.key
    if provider == Provider.MAC_ADDRESS:
        mac = mac_address(value)
        return mac, mac
    if provider in SOCIAL and value:
        # Issuer and subject: what the account is known by, whatever its address is called today.
        return value[:254], blind_index(value, purpose=f"identity:{provider}")
    raise Invalid("Choose how the person signs in.", field="provider")


def mac_address(text: str) -> str:
    """A device's address as `01-23-45-67-89-AB`. Raises Invalid."""
    digits = re.sub(r"[-:.]", "", text.strip()).upper()
    if not re.fullmatch(r"[0-9A-F]{12}", digits):
        raise Invalid("Enter a device's address such as 01-23-45-67-89-AB.", field="mac_address")
    return "-".join(digits[at : at + 2] for at in range(0, 12, 2))

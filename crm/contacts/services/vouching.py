"""Coming in by an account elsewhere: Google, Apple, Facebook, MW4, any OpenID provider (s2 §B3, §B6)."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.contacts.errors import BadKeys, IdentityTaken, ProviderExists, SettingNotFound, TokenRefused
from crm.contacts.events import IdentityProviderDefined
from crm.contacts.models import Contact, Identity, IdentityProvider, Provider
from crm.contacts.providers import Vouched
from crm.contacts.providers.oidc import public_keys
from crm.contacts.selectors import active_customers
from crm.contacts.services.finding import Credential, who_is_meant
from crm.contacts.services.identities import normalised
from crm.contacts.services.proving import forget_unproven_passwords, note_use, prove_identity
from crm.contacts.services.registering import Registration, register
from crm.kernel.addresses import BadEmail, checked_email, email_key
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.sealing import new_wrapped_key, seal
from crm.kernel.transactions import atomic


@atomic
def let_in_vouched(*, kind: str, vouched: Vouched) -> UUID:
    """The active customer whom the provider vouches for: by that account, or by an address that it has verified. What
    it has not verified opens nothing. Raises TokenRefused.
    """
    known = _holder(kind, vouched)
    contact_id = known or _by_verified_address(vouched)
    if contact_id is None or not active_customers().filter(pk=contact_id).exists():
        raise TokenRefused
    _link(contact_id, kind, vouched)
    return contact_id


@atomic
def register_vouched(*, kind: str, vouched: Vouched, registration: Registration) -> UUID:
    """The same, or else a new customer. Raises EmailTaken where an address that nobody verified is somebody's, and what
    `register` does.
    """
    known = _holder(kind, vouched) or _by_verified_address(vouched)
    if known is not None:
        return let_in_vouched(kind=kind, vouched=vouched)
    customer = register(registration)
    contact_id: UUID = customer.pk
    if not _is_verified(vouched, customer.contact.email):
        Contact.objects.filter(pk=customer.pk).update(email_is_claimed=True)
    _link(contact_id, kind, vouched)
    return contact_id


@atomic
def add_vouched(*, contact_id: UUID, kind: str, vouched: Vouched) -> Identity:
    """A member signs in with that account, too, from now on. Raises IdentityTaken."""
    return prove_identity(contact_id=contact_id, provider=kind, value=vouched.subject)


@atomic
def define_identity_provider(*, provider_id: UUID | None = None, secret: str = "", **values: Any) -> IdentityProvider:
    """Set up whose tokens are taken, or change it; `secret` is what codes are exchanged with, kept sealed.

    Raises ProviderExists, SettingNotFound, BadKeys, Invalid.
    """
    row = IdentityProvider(created_at=now()) if provider_id is None else _locked(provider_id)
    changes = apply_changes(row, values)
    check_row(row, exclude=("keys",))
    if not row.jwks_url:
        try:
            public_keys(row.keys)
        except Exception:
            raise BadKeys from None
    if secret:
        row.wrapped_key = new_wrapped_key()
        row.sealed_secret = seal(row.wrapped_key, secret, context=row.seal_context)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise ProviderExists from None
    record(IdentityProviderDefined(identity_provider_id=row.id), changes=changes)
    return row


def _holder(kind: str, vouched: Vouched) -> UUID | None:
    _text, key = normalised(kind, vouched.subject)
    return Identity.objects.filter(provider=kind, key=key).values_list("contact_id", flat=True).first()


def _by_verified_address(vouched: Vouched) -> UUID | None:
    if not vouched.email_is_verified or not _is_address(vouched.email):
        return None
    return who_is_meant([Credential("EMAIL", email_key(vouched.email))], "email").contact_id


def _link(contact_id: UUID, kind: str, vouched: Vouched) -> None:
    identity = prove_identity(contact_id=contact_id, provider=kind, value=vouched.subject)
    note_use(contact_id=contact_id, provider=kind, key=identity.key)
    email = Contact.objects.values_list("email", flat=True).get(pk=contact_id)
    if not _is_verified(vouched, email):
        return
    forget_unproven_passwords(contact_id=contact_id, key=email_key(email))
    try:
        with transaction.atomic():
            prove_identity(contact_id=contact_id, provider=Provider.EMAIL, value=email)
    except IdentityTaken:
        # Somebody else signs in with that address: the account elsewhere is enough.
        return


def _is_verified(vouched: Vouched, email: str) -> bool:
    return vouched.email_is_verified and bool(email) and email_key(vouched.email) == email_key(email)


def _is_address(text: str) -> bool:
    try:
        return bool(checked_email(text))
    except BadEmail:
        return False


def _locked(provider_id: UUID) -> IdentityProvider:
    row = IdentityProvider.objects.for_update().filter(pk=provider_id).first()
    if row is None:
        raise SettingNotFound
    return row

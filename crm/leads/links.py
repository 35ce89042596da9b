"""Addresses of web forms and of what waits for confirmation, signed: nobody makes one up or turns one into another."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.core import signing

from crm.kernel.clock import real_now
from crm.kernel.tenancy import Mode, Tenant
from crm.leads.errors import SentTooFast, WebFormEntryNotFound, WebFormNotFound
from crm.messaging.links import link_to
from crm.messaging.selectors import sending_settings

FORM, CONFIRMATION = "portal/forms", "portal/forms/confirm"
# What the audit trail calls whoever wrote through a form begins with this; the form's id follows.
THROUGH_FORM = "form:"
_FORM_SALT, _ENTRY_SALT, _SHOWN_SALT = "leads.web_form", "leads.web_form_entry", "leads.web_form_shown"

# Nobody reads and fills in a form faster than this; and a page that was open for longer is sent once more.
FASTEST, LONGEST_OPEN = timedelta(seconds=3), timedelta(days=1)


class LinkedForm(NamedTuple):
    tenant: Tenant
    form_id: UUID


class LinkedEntry(NamedTuple):
    tenant: Tenant
    form_id: UUID
    entry_id: UUID


def key_of_form(tenant: Tenant, form_id: UUID) -> str:
    return _signed(_FORM_SALT, tenant.organisation_id.hex, tenant.mode, form_id.hex)


def form_with_key(key: str) -> LinkedForm:
    """The form that a key is about; raises WebFormNotFound. Whether it exists, its scope must tell."""
    try:
        organisation, mode, form = _parts(_FORM_SALT, key)
        return LinkedForm(Tenant(UUID(organisation), Mode(mode)), UUID(form))
    except (signing.BadSignature, ValueError):
        raise WebFormNotFound from None


def token_of_entry(tenant: Tenant, form_id: UUID, entry_id: UUID) -> str:
    return _signed(_ENTRY_SALT, tenant.organisation_id.hex, tenant.mode, form_id.hex, entry_id.hex)


def entry_with_token(token: str) -> LinkedEntry:
    """What waits behind a link in a mail; raises WebFormEntryNotFound. Whether it exists, its scope must tell."""
    try:
        organisation, mode, form, entry = _parts(_ENTRY_SALT, token)
        return LinkedEntry(Tenant(UUID(organisation), Mode(mode)), UUID(form), UUID(entry))
    except (signing.BadSignature, ValueError):
        raise WebFormEntryNotFound from None


def address_of_form(tenant: Tenant, form_id: UUID) -> str:
    """Where a form of the open scope is shown and sent to."""
    return link_to(FORM, key_of_form(tenant, form_id), sending_settings().link_base)


def address_of_entry(tenant: Tenant, form_id: UUID, entry_id: UUID) -> str:
    """Where an entry of the open scope is confirmed."""
    return link_to(CONFIRMATION, token_of_entry(tenant, form_id, entry_id), sending_settings().link_base)


def stamp_of(form_id: UUID, shown_at: datetime | None = None) -> str:
    """When a page with this form was shown, in the real time, for the page to send back."""
    return _signed(_SHOWN_SALT, form_id.hex, str(int((shown_at or real_now()).timestamp())))


def ensure_read(form_id: UUID, stamp: str) -> None:
    """Raises SentTooFast for a page that was sent too soon or too late, or whose stamp is not ours."""
    try:
        form, shown_at = _parts(_SHOWN_SALT, stamp)
        open_for = real_now().timestamp() - int(shown_at)
    except (signing.BadSignature, ValueError):
        raise SentTooFast from None
    if form != form_id.hex or not FASTEST.total_seconds() <= open_for <= LONGEST_OPEN.total_seconds():
        raise SentTooFast


def _signed(salt: str, *parts: str) -> str:
    return signing.Signer(salt=salt, sep=".").sign("-".join(parts))


def _parts(salt: str, signed: str) -> list[str]:
    return signing.Signer(salt=salt, sep=".").unsign(signed).split("-")

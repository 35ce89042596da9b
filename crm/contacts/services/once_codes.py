"""One-time codes: asked for by whomever, made and sent in the worker, good once (semantics §3.19, reliability A6, A7).

The request does the same for everybody: it looks somebody up, writes one row and one event. Only the worker knows
whether there is an address, and only it ever sees the code in clear.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F

from crm.contacts.errors import CodeExpired, IdentityTaken, WrongCode
from crm.contacts.events import OnceCodeAsked
from crm.contacts.models import CodePurpose, OnceCode
from crm.contacts.models.once_code import GOOD_FOR
from crm.contacts.selectors import active_customers
from crm.contacts.services.code_limits import ensure_code_may_be_asked, may_be_sent
from crm.contacts.services.finding import PROVIDER_OF, Credential, asked_by, obfuscated, who_is_meant
from crm.contacts.services.letters import send_code
from crm.contacts.services.proving import note_use, prove_identity
from crm.contacts.services.registering import Registration, register
from crm.contacts.services.sign_in import open_member_session
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.locks import hold_names
from crm.kernel.sealing import blind_index, new_wrapped_key, seal, unseal
from crm.kernel.tenancy import Mode, current_scope
from crm.kernel.transactions import atomic
from crm.organisations.services import ADDRESS_GUESSES, Device, OpenedSession

DIGITS = 6


@dataclass(frozen=True, slots=True)
class AskedCode:
    """What whoever asked is told: the same for people who are known and people who are not."""

    auth_otp: UUID
    obfuscated_value: str


def count_asking(*, credentials: Sequence[Credential], device: Device) -> None:
    """Count a request for a code. To be called outside any transaction, before `ask_for_code`. Raises CodesTooOften."""
    ensure_code_may_be_asked(asked=asked_by(credentials), address=device.address or "")


@atomic
def ask_for_code(
    *, credentials: Sequence[Credential], channel: str, registration: Registration | None = None
) -> AskedCode:
    """A code for whoever the credentials mean, to sign in with; one that was asked for before is good no more.

    With a `registration`, somebody who is not known becomes a customer by the code.
    """
    meant = who_is_meant(credentials, channel)
    row = OnceCode(channel=channel, contact_id=meant.contact_id, address=meant.address)
    shown = obfuscated(credentials, channel, meant.address)
    if registration is not None:
        own = next(credential.value for credential in credentials if credential.name == PROVIDER_OF[channel])
        row.address = meant.address or registration.values.get("email") or registration.values.get("phone") or own
        row.wrapped_key = new_wrapped_key()
        row.registration = seal(row.wrapped_key, registration.as_text(), context=_context(row))
    _write(row, credentials)
    return AskedCode(row.id, shown)


@atomic
def ask_to_add_phone(*, contact_id: UUID, phone: str, key: str) -> AskedCode:
    """A code by which a member shows that a phone is theirs, to sign in with it from then on."""
    credentials = [Credential("PHONE", key)]
    row = OnceCode(purpose=CodePurpose.ADD, channel="sms", contact_id=contact_id, address=phone)
    _write(row, credentials)
    return AskedCode(row.id, obfuscated(credentials, "sms", phone))


def _write(row: OnceCode, credentials: Sequence[Credential]) -> None:
    row.asked = asked_by(credentials)
    row.created_at, row.expires_at = now(), now() + GOOD_FOR
    # Two requests at once must not leave two codes, and so twice the tries.
    hold_names(f"once-code {row.asked}")
    before = OnceCode.objects.filter(asked=row.asked, purpose=row.purpose, used_at=None, ended_at=None)
    before.update(ended_at=now())
    row.save(force_insert=True)
    record(OnceCodeAsked(once_code_id=row.id))


@atomic
def make_code(*, once_code_id: UUID) -> None:
    """Make the code and send it, where there is anybody to send it to, and not too many went there; in the worker."""
    row = OnceCode.objects.for_update().filter(pk=once_code_id, used_at=None, ended_at=None, sent_at=None).first()
    if row is None or not row.address or row.expires_at <= now():
        return
    if not may_be_sent(channel=row.channel, address=row.address):
        OnceCode.objects.filter(pk=row.pk).update(ended_at=now())
        return
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    OnceCode.objects.filter(pk=row.pk).update(digest=_digest(row, code), sent_at=now())
    send_code(row, code)


def use_code(
    *, code: str, device: Device, once_code_id: UUID | None, credentials: Sequence[Credential] = ()
) -> OpenedSession:
    """A session for who knows the code that was sent. One of many at once succeeds, and five tries are all there are.

    The code is named by its id, by the credentials it was asked with, or by both. To be called outside any transaction:
    a try stays counted. Raises WrongCode, CodeExpired, TooManyGuesses, and what `register` does.
    """
    if current_scope().tenant.mode == Mode.LIVE:
        ADDRESS_GUESSES.count(device.address or "")
    row = _asked(once_code_id, credentials)
    if row.expires_at <= now():
        raise CodeExpired
    _spend_try(row)
    if not hmac.compare_digest(row.digest or "-", _digest(row, code)):
        raise WrongCode
    return _redeem(row, device)


def _asked(once_code_id: UUID | None, credentials: Sequence[Credential]) -> OnceCode:
    rows = OnceCode.objects.get_queryset()
    if once_code_id is not None:
        rows = rows.filter(pk=once_code_id)
    if credentials:
        rows = rows.filter(asked=asked_by(credentials))
    row = rows.order_by("-created_at", "-id").first() if once_code_id or credentials else None
    if row is None:
        raise WrongCode
    return row


def _spend_try(row: OnceCode) -> None:
    """One of the five, before anything is compared: neither speed nor parallel tries buy one more."""
    living = OnceCode.objects.filter(pk=row.pk, used_at=None, ended_at=None, tries_left__gt=0)
    if not living.update(tries_left=F("tries_left") - 1):
        raise WrongCode


@atomic
def _redeem(row: OnceCode, device: Device) -> OpenedSession:
    if not _take(row):
        raise WrongCode
    contact_id, provider = row.contact_id, PROVIDER_OF[row.channel]
    if contact_id is None:
        if not row.registration:
            raise WrongCode
        text = unseal(row.wrapped_key, row.registration, context=_context(row))
        contact_id = register(Registration.from_text(text)).pk
    elif not active_customers().filter(pk=contact_id).exists():
        raise WrongCode
    try:
        with transaction.atomic():
            identity = prove_identity(contact_id=contact_id, provider=provider, value=row.address)
            note_use(contact_id=contact_id, provider=provider, key=identity.key)
    except IdentityTaken:
        # A phone that somebody else signs in with: they were found by something else, and are who they are.
        if row.purpose == CodePurpose.ADD:
            raise
    return open_member_session(contact_id=contact_id, device=device)


def _take(row: OnceCode) -> bool:
    """Whether this call is the one that the code is good for. What was sealed is not needed any more."""
    living = OnceCode.objects.filter(pk=row.pk, used_at=None, ended_at=None)
    return bool(living.update(used_at=now(), registration="", wrapped_key="", digest=""))


def _digest(row: OnceCode, code: str) -> str:
    """Bound to the request, what it is for and who it is of: a code of one opens nothing else."""
    whole = f"{row.pk}\0{row.purpose}\0{row.contact_id}\0{row.asked}\0{code}"
    return blind_index(whole, purpose="once_code")


def _context(row: OnceCode) -> str:
    return f"once-code:{row.pk}"

"""Members sign in and register with an e-mail address and a password, or a device that is theirs (s2 §B3, §B6)."""

from typing import Any, Unpack
from uuid import UUID

from crm.contacts.errors import NoEmailIdentity, TokenRefused
from crm.contacts.events import MemberSignedIn, PasswordChanged
from crm.contacts.models import Customer, Identity, Provider
from crm.contacts.selectors import active_customers
from crm.contacts.services.customers import CustomerValues
from crm.contacts.services.identities import add_identity, mac_address
from crm.contacts.services.proving import note_use
from crm.contacts.services.registering import Registration, register
from crm.kernel.addresses import email_key
from crm.kernel.events import record
from crm.kernel.guesses import GuessLimit
from crm.kernel.passwords import encode_password, ensure_good_password, password_matches
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic
from crm.organisations.errors import WrongSignIn
from crm.organisations.models import SessionKind
from crm.organisations.services import ADDRESS_GUESSES, LOCKED_FOR, Device, OpenedSession, end_sessions_of, open_session

MEMBER_GUESSES = GuessLimit("member", most=5, within=LOCKED_FOR)


def sign_in_member(*, email: str, password: str, device: Device) -> OpenedSession:
    """A session for an active customer who has this e-mail address and password.

    To be called outside any transaction: what was guessed stays counted. Raises TooManyGuesses, WrongSignIn,
    Unavailable.
    """
    key = email_key(email)
    tenant = current_scope().tenant
    guessed = f"{tenant.organisation_id}:{tenant.mode}:{key}"
    ADDRESS_GUESSES.count(device.address or "")
    MEMBER_GUESSES.count(guessed)
    contact_id, encoded = _known(key)
    if not password_matches(password, encoded) or contact_id is None:
        raise WrongSignIn
    if not active_customers().filter(pk=contact_id).exists():
        raise WrongSignIn
    MEMBER_GUESSES.forget(guessed)
    note_use(contact_id=contact_id, provider=Provider.EMAIL, key=key)
    return open_member_session(contact_id=contact_id, device=device)


def sign_in_device(*, mac: str, device: Device) -> OpenedSession:
    """A session for who signs in with this device, because a member, or staff, has said so before. Whoever reads the
    address off the air can say it, too, so no device is taken for anybody's by itself.

    To be called outside any transaction. Raises TooManyGuesses, TokenRefused, Invalid.
    """
    mac, tenant = mac_address(mac), current_scope().tenant
    ADDRESS_GUESSES.count(device.address or "")
    MEMBER_GUESSES.count(f"{tenant.organisation_id}:{tenant.mode}:{mac}")
    known = Identity.objects.filter(provider=Provider.MAC_ADDRESS, key=mac).values_list("contact_id", flat=True)
    contact_id = known.first()
    if contact_id is None or not active_customers().filter(pk=contact_id).exists():
        raise TokenRefused
    MEMBER_GUESSES.forget(f"{tenant.organisation_id}:{tenant.mode}:{mac}")
    note_use(contact_id=contact_id, provider=Provider.MAC_ADDRESS, key=mac)
    return open_member_session(contact_id=contact_id, device=device)


def _known(key: str) -> tuple[UUID | None, str | None]:
    """Whose address this is, and their password: two columns, for making a whole row of the known would take time."""
    identities = Identity.objects.filter(provider=Provider.EMAIL, key=key).values_list("contact_id", "password")
    return identities.first() or (None, None)


@atomic
def open_member_session(*, contact_id: UUID, device: Device) -> OpenedSession:
    """A session for a customer whose right to it has been checked."""
    tenant = current_scope().tenant
    opened = open_session(kind=SessionKind.MEMBER, subject_id=contact_id, tenant=tenant, device=device)
    record(MemberSignedIn(contact_id=contact_id, session_id=opened.session.id))
    return opened


@atomic
def register_member(
    *, password: str, registration: Registration | None = None, **values: Unpack[CustomerValues]
) -> Customer:
    """A new customer who signs in with their e-mail address and this password; all of it or nothing.

    `registration` is what was checked before, or else the values are all there is. Raises WeakPassword, IdentityTaken,
    and what `register` does.
    """
    ensure_good_password(password)
    customer = register(registration or Registration(dict(values)))
    add_identity(contact_id=customer.pk, provider=Provider.EMAIL, value=customer.contact.email)
    set_password(contact_id=customer.pk, password=password)
    return customer


@atomic
def set_password(*, contact_id: UUID, password: str, keep_session_id: UUID | None = None) -> None:
    """A new password for all of a contact's e-mail identities; every session opened before ends, but for one to keep.

    Raises WeakPassword, NoEmailIdentity, Unavailable.
    """
    ensure_good_password(password)
    encoded: Any = encode_password(password)
    if not Identity.objects.filter(contact_id=contact_id, provider=Provider.EMAIL).update(password=encoded):
        raise NoEmailIdentity
    end_sessions_of(kind=SessionKind.MEMBER, subject_id=contact_id, because="password changed", but=keep_session_id)
    record(PasswordChanged(contact_id=contact_id))

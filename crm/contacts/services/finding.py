"""Who is meant by what somebody says of themselves (s2 §B3). Known and unknown people cost the same statements."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from crm.contacts.models import Contact, Identity, IdentityDocument, Provider, Status
from crm.contacts.services.documents import number_index
from crm.kernel.sealing import blind_index
from crm.messaging.models import MessageChannel
from crm.organisations.models import SessionKind
from crm.organisations.selectors import subject_of_refresh_token

# Nobody has this id, and nobody this address: what is compared where there is nothing to compare.
NOBODY, NOWHERE = UUID(int=0), "-"
PROVIDER_OF = {MessageChannel.EMAIL.value: Provider.EMAIL.value, MessageChannel.SMS.value: Provider.PHONE.value}
_ADDRESSES = ("id", "email_key", "email", "phone_key", "phone", "email_is_claimed")
_CALLING_CODES = ("357", "44", "30", "49", "33", "39", "34", "61", "65")
_MAIL_HOSTS = ("gmail.com", "outlook.com", "yahoo.com", "icloud.com", "hotmail.com")
_LETTERS = "abcdefghijklmnoprstvw"


@dataclass(frozen=True, slots=True)
class Credential:
    """One thing that somebody says of themselves: its name of s2, and the value as it is compared."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom the credentials identify, and where they get what is sent to them; nobody, and nowhere."""

    contact_id: UUID | None
    address: str


def who_is_meant(credentials: Sequence[Credential], channel: str) -> Meant:
    """The one active customer who answers to all of the credentials, when they can be reached by `channel`."""
    active = Contact.objects.filter(deleted_at=None, customer__deleted_at=None, customer__status=Status.ACTIVE)
    conditions = [_CONDITIONS[credential.name](credential) for credential in credentials]
    found = list(active.filter(*conditions).values_list(*_ADDRESSES)[:2])
    one = found[0] if len(found) == 1 else (NOBODY, "", "", "", "", True)
    contact_id, email_key, email, phone_key, phone, is_claimed = one
    provider = PROVIDER_OF[channel]
    ways = Identity.objects.filter(contact_id=contact_id, provider=provider).order_by("verified_at", "id")
    addresses = dict(ways.values_list("key", "value"))
    if provider == Provider.PHONE and phone:
        addresses.setdefault(phone_key, phone)
    if provider == Provider.EMAIL and email and not is_claimed:
        addresses.setdefault(email_key, email)
    own = next((credential.value for credential in credentials if credential.name == provider), None)
    address = addresses.get(own, "") if own else next(iter(addresses.values()), "")
    return Meant(contact_id, address) if address else Meant(None, "")


def is_anybody(credentials: Sequence[Credential]) -> bool:
    """Whether they identify one active customer, reachable or not."""
    active = Contact.objects.filter(deleted_at=None, customer__deleted_at=None, customer__status=Status.ACTIVE)
    found = active.filter(*[_CONDITIONS[credential.name](credential) for credential in credentials])
    return len(found.values_list("id")[:2]) == 1


def asked_by(credentials: Sequence[Credential]) -> str:
    """What stands for these credentials, in whatever order; their values cannot be read from it."""
    pairs = sorted((credential.name, credential.value) for credential in credentials)
    return blind_index(json.dumps(pairs), purpose="once_code.asked")


def obfuscated(credentials: Sequence[Credential], channel: str, address: str) -> str:
    """Where the code goes, as far as whoever asked may know. For people who are not known it is made up of what was
    asked, the same each time.
    """
    own = next((credential.value for credential in credentials if credential.name == PROVIDER_OF[channel]), "")
    if channel == MessageChannel.EMAIL:
        return _short_email(own or address or _made_up_email(credentials))
    return _short_phone((f"+{own}" if own else "") or address or _made_up_phone(credentials))


def _short_email(email: str) -> str:
    local, _at, host = email.rpartition("@")
    return f"{local[:2]}****@{host}"


def _short_phone(phone: str) -> str:
    """Always as long, whatever the number."""
    digits = re.sub(r"\D", "", phone).ljust(8, "0")
    return f"+{digits[:5]}***{digits[-3:]}"


def _made_up_email(credentials: Sequence[Credential]) -> str:
    dice = int(asked_by(credentials)[:16], 16)
    first, second = _LETTERS[dice % len(_LETTERS)], "aeiou"[dice // 97 % 5]
    return f"{first}{second}@{_MAIL_HOSTS[dice // 1_009 % len(_MAIL_HOSTS)]}"


def _made_up_phone(credentials: Sequence[Credential]) -> str:
    dice = int(asked_by(credentials)[:16], 16)
    return f"+{_CALLING_CODES[dice % len(_CALLING_CODES)]}9{dice // 97 % 10**8:08d}"


def _by_email(credential: Credential) -> Q:
    holder = _holder(Provider.EMAIL, credential.value)
    own = NOWHERE if holder else credential.value
    return Q(pk=holder or NOBODY) | Q(email_key=own, email_is_claimed=False)


def _by_phone(credential: Credential) -> Q:
    holder = _holder(Provider.PHONE, credential.value)
    return Q(pk=holder or NOBODY) | Q(phone_key=NOWHERE if holder else credential.value)


def _holder(provider: str, key: str) -> UUID | None:
    """Who signs in with it: that comes before what is written of people."""
    return Identity.objects.filter(provider=provider, key=key).values_list("contact_id", flat=True).first()


def _by_document(*kinds: str) -> Callable[[Credential], Q]:
    def condition(credential: Credential) -> Q:
        numbers = [number_index(kind, credential.value) for kind in kinds]
        documents = IdentityDocument.objects.filter(kind__in=kinds, number_index__in=numbers)
        return Q(pk__in=documents.values("contact_id"))

    return condition


def _by_birthdate(credential: Credential) -> Q:
    return Q(date_of_birth=credential.value)


def _by_session(credential: Credential) -> Q:
    return Q(pk=subject_of_refresh_token(credential.value, kind=SessionKind.MEMBER) or NOBODY)


def _by_medium(_credential: Credential) -> Q:
    """Cards, loyalty identifiers and gift passes: nobody holds any yet."""
    return Q(pk=NOBODY)


_CONDITIONS: dict[str, Callable[[Credential], Q]] = {
    "EMAIL": _by_email, "PHONE": _by_phone, "ID_NUMBER": _by_document("id", "statutory"),
    "PASSPORT": _by_document("passport"), "STATUTORY_ID": _by_document("statutory"),
    "BIRTHDATE": _by_birthdate, "REFRESH_TOKEN": _by_session, "CARD": _by_medium, "LOYALTY_IDENTIFIER": _by_medium,
    "GIFT_PASS": _by_medium,
}  # fmt: skip
CREDENTIAL_NAMES = tuple(_CONDITIONS)

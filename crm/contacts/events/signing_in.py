"""How people sign in, are let in, and by whose leave they came."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent


@dataclass(frozen=True)
class IdentityAdded(DomainEvent):
    name: ClassVar[str] = "identity.added"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    identity_id: UUID
    provider: str


@dataclass(frozen=True)
class IdentityRemoved(DomainEvent):
    name: ClassVar[str] = "identity.removed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    identity_id: UUID
    provider: str


@dataclass(frozen=True)
class IdentityVerified(DomainEvent):
    """Somebody has shown that an address, or an account elsewhere, is theirs."""

    name: ClassVar[str] = "identity.verified"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    identity_id: UUID
    provider: str


@dataclass(frozen=True)
class OnceCodeAsked(DomainEvent):
    """Of whomever: for people who are not known it is written down like for everybody else."""

    name: ClassVar[str] = "once_code.asked"
    about: ClassVar[str] = "once_code"
    once_code_id: UUID


@dataclass(frozen=True)
class SignInLinkAsked(DomainEvent):
    """A link to be mailed, if anybody is there to mail it to."""

    name: ClassVar[str] = "sign_in_link.asked"
    about: ClassVar[str] = "sign_in_link"
    sign_in_link_id: UUID


@dataclass(frozen=True)
class PasswordChanged(DomainEvent):
    name: ClassVar[str] = "password.changed"
    about: ClassVar[str] = "contact"
    contact_id: UUID


@dataclass(frozen=True)
class ContactReferred(DomainEvent):
    """Somebody registered who was brought by another."""

    name: ClassVar[str] = "contact.referred"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    referrer_id: UUID


@dataclass(frozen=True)
class PassCodeDefined(DomainEvent):
    name: ClassVar[str] = "pass_code.defined"
    about: ClassVar[str] = "pass_code"
    pass_code_id: UUID


@dataclass(frozen=True)
class PassCodeUsed(DomainEvent):
    name: ClassVar[str] = "pass_code.used"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    pass_code_id: UUID


@dataclass(frozen=True)
class IdentityProviderDefined(DomainEvent):
    name: ClassVar[str] = "identity_provider.defined"
    about: ClassVar[str] = "identity_provider"
    identity_provider_id: UUID


@dataclass(frozen=True)
class SignInSettingsChanged(DomainEvent):
    name: ClassVar[str] = "sign_in_settings.changed"
    about: ClassVar[str] = "sign_in_settings"
    sign_in_settings_id: UUID


@dataclass(frozen=True)
class WifiAuthorised(DomainEvent):
    name: ClassVar[str] = "wifi.authorised"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    wifi_authorisation_id: UUID


@dataclass(frozen=True)
class WifiEnded(DomainEvent):
    name: ClassVar[str] = "wifi.ended"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    wifi_authorisation_id: UUID


@dataclass(frozen=True)
class MemberSignedIn(DomainEvent):
    name: ClassVar[str] = "member.signed_in"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    session_id: UUID

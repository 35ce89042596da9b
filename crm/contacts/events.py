from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent, not_kept


@dataclass(frozen=True)
class ContactCreated(DomainEvent):
    """A person who is no customer, known from a listing."""

    name: ClassVar[str] = "contact.created"
    about: ClassVar[str] = "contact"
    contact_id: UUID


@dataclass(frozen=True)
class ContactUpdated(DomainEvent):
    """The person's or the customer's fields changed, through whichever API."""

    name: ClassVar[str] = "contact.updated"
    about: ClassVar[str] = "contact"
    contact_id: UUID


@dataclass(frozen=True)
class ConsentChanged(DomainEvent):
    """Somebody may be sent more, or less, than before; `topic` is the field of theirs that says so."""

    name: ClassVar[str] = "consent.changed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    consent_entry_id: UUID
    topic: str
    before: str
    after: str


@dataclass(frozen=True)
class OrganisationPreferred(DomainEvent):
    """Where somebody likes best to order, or to be rewarded; the organisation itself, or a merchant of its network."""

    name: ClassVar[str] = "organisation.preferred"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    organisation_id: UUID
    type: str


@dataclass(frozen=True)
class DeviceRegistered(DomainEvent):
    """Messages may be pushed to it: a new one, another token, or one that was somebody else's."""

    name: ClassVar[str] = "device.registered"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    push_device_id: UUID


@dataclass(frozen=True)
class DeviceRemoved(DomainEvent):
    """By its owner, or because it is somebody else's now."""

    name: ClassVar[str] = "device.removed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    push_device_id: UUID


@dataclass(frozen=True)
class ContactDeleted(DomainEvent):
    name: ClassVar[str] = "contact.deleted"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    was_customer: bool
    customer_since: str | None


@dataclass(frozen=True)
class CustomerCreated(DomainEvent):
    """`promoted` when the person was known before, from a listing. `day` is the customer's first, in UTC."""

    name: ClassVar[str] = "customer.created"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    promoted: bool
    day: str


@dataclass(frozen=True)
class CustomersLoaded(DomainEvent):
    """One event for a whole batch: how many customers began on each day. Whose they are is told, but not kept."""

    name: ClassVar[str] = "customers.loaded"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    per_day: dict[str, int]
    contact_ids: tuple[UUID, ...] = not_kept(())


@dataclass(frozen=True)
class CustomersTakenBack(DomainEvent):
    """An import was undone: how many customers of each day are gone again. Who they were is told, but not kept."""

    name: ClassVar[str] = "customers.taken_back"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    per_day: dict[str, int]
    contact_ids: tuple[UUID, ...] = not_kept(())


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
class DocumentKept(DomainEvent):
    name: ClassVar[str] = "document.kept"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    kind: str


@dataclass(frozen=True)
class DocumentRevealed(DomainEvent):
    """Somebody read a document's number in clear."""

    name: ClassVar[str] = "document.revealed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    kind: str


@dataclass(frozen=True)
class MemberSignedIn(DomainEvent):
    name: ClassVar[str] = "member.signed_in"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    session_id: UUID


@dataclass(frozen=True)
class ContactMerged(DomainEvent):
    """`loser_ids` are no more; what was theirs is the contact's."""

    name: ClassVar[str] = "contact.merged"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    merge_id: UUID
    loser_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class ContactUnmerged(DomainEvent):
    """`loser_ids` are back; what was changed since the merge stayed with the contact."""

    name: ClassVar[str] = "contact.unmerged"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    merge_id: UUID
    loser_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class PairDismissed(DomainEvent):
    """Somebody said that two contacts are two people."""

    name: ClassVar[str] = "duplicate.dismissed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    other_id: UUID


@dataclass(frozen=True)
class InteractionAdded(DomainEvent):
    """Something that happened with a customer was noted."""

    name: ClassVar[str] = "interaction.added"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    interaction_id: UUID
    type: str


@dataclass(frozen=True)
class InteractionChanged(DomainEvent):
    """What was noted, or that its next action is done."""

    name: ClassVar[str] = "interaction.changed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    interaction_id: UUID


@dataclass(frozen=True)
class InteractionRemoved(DomainEvent):
    name: ClassVar[str] = "interaction.removed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    interaction_id: UUID


@dataclass(frozen=True)
class InteractionsCarriedOver(DomainEvent):
    """What was said with somebody before they were a customer is the customer's, too."""

    name: ClassVar[str] = "interactions.carried_over"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    number: int

"""What somebody has shown to be theirs becomes a way to sign in."""

from uuid import UUID

from crm.contacts.errors import IdentityTaken
from crm.contacts.events import IdentityVerified
from crm.contacts.models import Contact, Identity, Provider
from crm.contacts.services.identities import add_identity, normalised
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.organisations.models import SessionKind
from crm.organisations.services import end_sessions_of


@atomic
def prove_identity(*, contact_id: UUID, provider: str, value: str) -> Identity:
    """`value` is the contact's: what they sign in with from now on, if they did not before.

    Raises ContactNotFound, IdentityTaken, BadEmail, BadPhone.
    """
    _text, key = normalised(provider, value)
    identity = Identity.objects.filter(provider=provider, key=key).first()
    if identity is None:
        identity = add_identity(contact_id=contact_id, provider=provider, value=value)
    if identity.contact_id != contact_id:
        raise IdentityTaken
    if identity.verified_at is None:
        identity.verified_at = now()
        identity.save(update_fields=["verified_at"])
        record(IdentityVerified(contact_id=contact_id, identity_id=identity.id, provider=provider))
    if provider == Provider.EMAIL:
        Contact.objects.filter(pk=contact_id, email_key=identity.key).update(email_is_claimed=False)
    return identity


@atomic
def forget_unproven_passwords(*, contact_id: UUID, key: str) -> None:
    """Somebody has come in by an account elsewhere that vouches for their address: whoever set a password before, and
    never showed that the address was theirs, may have been somebody else, and stays outside.
    """
    unproven = Identity.objects.filter(contact_id=contact_id, provider=Provider.EMAIL, key=key, verified_at=None)
    if unproven.exclude(password="").update(password=""):
        end_sessions_of(kind=SessionKind.MEMBER, subject_id=contact_id, because="address proven by another")


def note_use(*, contact_id: UUID, provider: str, key: str) -> None:
    """When an identity was last signed in with."""
    Identity.objects.filter(contact_id=contact_id, provider=provider, key=key).update(last_used_at=now())

"""Links by mail: to show that an address is theirs, to add one, to choose another password (s2 §B3, reliability A8).

As with codes, the request writes one row for whomever, and the worker makes and mails the link where there is anybody.
"""

from datetime import timedelta
from uuid import UUID

from crm.contacts.errors import IdentityTaken, LinkSpent
from crm.contacts.events import SignInLinkAsked
from crm.contacts.links import RESET_PAGE, VERIFY_PAGE, write_link_token
from crm.contacts.models import Identity, LinkPurpose, Provider, SignInLink
from crm.contacts.selectors import active_customers
from crm.contacts.services.code_limits import may_be_sent
from crm.contacts.services.finding import Credential, who_is_meant
from crm.contacts.services.letters import send_link
from crm.contacts.services.proving import prove_identity
from crm.contacts.services.sign_in import set_password
from crm.kernel.addresses import email_key
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.passwords import encode_password, ensure_good_password
from crm.kernel.secret_links import digest_of_secret, new_secret
from crm.kernel.tenancy import ScopedQuerySet, current_scope
from crm.kernel.transactions import atomic
from crm.messaging.links import link_to
from crm.messaging.selectors import sending_settings

LASTS = {
    LinkPurpose.VERIFY: timedelta(days=7), LinkPurpose.ADD: timedelta(days=1),
    LinkPurpose.RESET: timedelta(minutes=30),
}  # fmt: skip
_LETTERS = {
    LinkPurpose.VERIFY.value: ("sign_in_verify", VERIFY_PAGE), LinkPurpose.ADD.value: ("sign_in_verify", VERIFY_PAGE),
    LinkPurpose.RESET.value: ("sign_in_reset", RESET_PAGE),
}  # fmt: skip


@atomic
def ask_to_verify(*, contact_id: UUID, email: str) -> None:
    """A mail by which somebody shows that the address they sign in with is theirs."""
    _ask(SignInLink(purpose=LinkPurpose.VERIFY, contact_id=contact_id, email=email))


@atomic
def ask_to_verify_again(*, email: str) -> None:
    """The same for whoever signs in with this address and has not shown it yet; for others nothing is mailed."""
    unproven = Identity.objects.filter(provider=Provider.EMAIL, key=email_key(email), verified_at=None)
    contact_id, value = unproven.values_list("contact_id", "value").first() or (None, "")
    _ask(SignInLink(purpose=LinkPurpose.VERIFY, contact_id=contact_id, email=value))


@atomic
def ask_for_new_password(*, email: str) -> None:
    """A mail by which whoever has this address chooses another password; for people who are not known, nothing."""
    meant = who_is_meant([Credential("EMAIL", email_key(email))], "email")
    _ask(SignInLink(purpose=LinkPurpose.RESET, contact_id=meant.contact_id, email=meant.address))


@atomic
def ask_to_add_email(*, contact_id: UUID, email: str, password: str) -> None:
    """A mail by which a member adds an address and a password to sign in with. Until they follow it nothing changes,
    and nobody else is kept from the address. Raises WeakPassword, IdentityTaken, Unavailable.
    """
    ensure_good_password(password)
    if Identity.objects.filter(provider=Provider.EMAIL, key=email_key(email)).exists():
        raise IdentityTaken
    encoded = encode_password(password)
    _ask(SignInLink(purpose=LinkPurpose.ADD, contact_id=contact_id, email=email, password=encoded))


def _ask(link: SignInLink) -> None:
    link.created_at, link.expires_at = now(), now() + LASTS[LinkPurpose(link.purpose)]
    link.save(force_insert=True)
    record(SignInLinkAsked(sign_in_link_id=link.id))


@atomic
def mail_link(*, sign_in_link_id: UUID) -> None:
    """Make the link and mail it, where there is anybody to mail it to, and not too many went there; in the worker."""
    link = SignInLink.objects.for_update().filter(pk=sign_in_link_id, digest="", used_at=None).first()
    if link is None or not link.email or not may_be_sent(channel=f"link-{link.purpose}", address=link.email):
        return
    secret = new_secret()
    link.digest = digest_of_secret(secret)
    link.save(update_fields=["digest"])
    key, page = _LETTERS[link.purpose]
    token = write_link_token(current_scope().tenant, link.pk, secret)
    address = link_to(page, token, sending_settings().link_base)
    send_link(link, key, address)


@atomic
def verify_by_link(*, link_id: UUID, digest: str) -> None:
    """The address is theirs; with a link to add one, they sign in with it from now on. A second time changes nothing:
    scanners follow the links of a mail before its reader does.

    Raises LinkSpent, IdentityTaken.
    """
    followed = SignInLink.objects.filter(pk=link_id, digest=digest, used_at__isnull=False, expires_at__gt=now())
    if followed.exclude(purpose=LinkPurpose.RESET).exists():
        return
    link, contact_id = _used(link_id, digest, LinkPurpose.VERIFY, LinkPurpose.ADD)
    identity = prove_identity(contact_id=contact_id, provider=Provider.EMAIL, value=link.email)
    if link.password:
        Identity.objects.filter(pk=identity.pk).update(password=link.password)


@atomic
def change_password_by_link(*, link_id: UUID, digest: str, password: str) -> None:
    """Another password, and every session ends. Who followed the link reads mail there, so the address is theirs.

    Raises LinkSpent, WeakPassword, Unavailable.
    """
    ensure_good_password(password)
    link, contact_id = _used(link_id, digest, LinkPurpose.RESET)
    prove_identity(contact_id=contact_id, provider=Provider.EMAIL, value=link.email)
    set_password(contact_id=contact_id, password=password)


def ensure_link_is_good(*, link_id: UUID, digest: str) -> None:
    """For the page that a link to another password leads to. Raises LinkSpent."""
    if not _good(link_id, digest, LinkPurpose.RESET).exists():
        raise LinkSpent


def _used(link_id: UUID, digest: str, *purposes: str) -> tuple[SignInLink, UUID]:
    """The link, good no more after this call, and whose it is. Of many at once, one succeeds."""
    if not _good(link_id, digest, *purposes).update(used_at=now()):
        raise LinkSpent
    link = SignInLink.objects.get(pk=link_id)
    if link.contact_id is None or not active_customers().filter(pk=link.contact_id).exists():
        raise LinkSpent
    return link, link.contact_id


def _good(link_id: UUID, digest: str, *purposes: str) -> ScopedQuerySet[SignInLink]:
    return SignInLink.objects.filter(
        pk=link_id, digest=digest, purpose__in=purposes, used_at=None, expires_at__gt=now(), contact__isnull=False
    )

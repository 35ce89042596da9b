from django.db.models import Case, F, Q, UUIDField, Value, When
from django.db.models.functions import Coalesce

from crm.kernel.privacy.fields import clear, keep, rewritten
from crm.kernel.privacy.holdings import by, by_address, leaves, nobodys, stays
from crm.kernel.privacy.person import Person
from crm.messaging.models import Communication, MessageState, Reason
from crm.messaging.services import suppress_erased

_BY_ID = by(contact="contact_id", lead="lead_id")
_BY_ADDRESS = by_address(email="recipient_key", phone="recipient_key")
_WAITING = (MessageState.QUEUED, MessageState.SENDING)


def _messages(person: Person) -> Q:
    """To the person; to one of their addresses where it is not known whom it was for."""
    return _BY_ID(person) | (Q(contact_id=None, lead_id=None) & _BY_ADDRESS(person))


def _incoming(person: Person) -> Q:
    return Q(communication__in=Communication.objects.filter(_messages(person)))


def _not_sent(_person: Person) -> Case:
    """What waits is not sent; one that a sender holds at this moment is not tried again."""
    return Case(When(state=MessageState.QUEUED, then=Value(MessageState.SKIPPED)), default=F("state"))


def _why_not(_person: Person) -> Case:
    return Case(When(state__in=_WAITING, then=Value(Reason.ERASED)), default=Value(""))


def _whose(person: Person) -> Coalesce:
    """So that the letter is found in the outbox of files, once its address is gone."""
    return Coalesce(F("contact_id"), Value(person.id, output_field=UUIDField()))


leaves(
    "messaging.Incoming",
    _incoming,
    exported="kind sender subject text received_at",
    withheld="id communication status message_id",
)
stays(
    "messaging.Communication",
    _messages,
    exported=[
        keep(
            "that something was sent, which is counted", "channel", "message_class", "locale", "sent_at", "created_at"
        ),
        clear("recipient", "recipient_name", "timezone", "subject", "subtitle", "content", "image_url", "click_url"),
        rewritten(_not_sent, "state"),
    ],
    withheld=[
        keep("the row's key, and the id that the letter bore", "id", "provider_message_id"),
        keep("the id of a pseudonym", "lead_id"),
        rewritten(_whose, "contact_id"),
        keep("which text of staff it was written with", "template", "version"),
        keep("what caused it, by our own words and ids: the same never sends twice", "cause"),
        keep("what was done with it, by figures and moments", "attempts", "wanted_at", "due_at", "claimed_until"),
        keep("what the member did with it, by moments", "viewed_at", "archived_at", "removed_at"),
        keep("in which order it came, by a number", "notice_number"),
        rewritten(_why_not, "reason"),
        clear("recipient_key", "sealed", "wrapped_key"),
    ],
    spoken_of="communication",
)
leaves(
    "messaging.Suppression",
    by_address(email="key", phone="key"),
    exported="channel address reason created_at",
    withheld="id key note",
    instead=lambda person: suppress_erased(emails=person.emails, phones=person.phones),
)
nobodys("messaging.Template", "what staff write to everybody", "key name default_locale")
nobodys(
    "messaging.TemplateVersion", "what staff write to everybody", "locale subject subtitle body image_url click_url"
)
nobodys("messaging.Sender", "in whose name the organisation writes", "name address")
nobodys("messaging.SendingSettings", "when and how often is sent", "link_base")

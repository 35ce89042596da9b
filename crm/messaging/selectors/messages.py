"""What was sent and may be sent, inside the open scope."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, F, OuterRef
from django.db.models.lookups import IsNull

from crm.kernel.tenancy import ScopedQuerySet
from crm.messaging.errors import CommunicationNotFound, TemplateNotFound
from crm.messaging.models import (
    Communication,
    Incoming,
    MessageClass,
    MessageState,
    Sender,
    SendingSettings,
    Template,
    TemplateVersion,
)


def communications() -> ScopedQuerySet[Communication]:
    """Every message of the open scope, whatever became of it."""
    return Communication.objects.get_queryset()


def communications_with(contact_id: UUID) -> ScopedQuerySet[Communication]:
    """Every message to one person that they have not removed, with `is_viewed` and `is_archived`."""
    done = {"is_viewed": IsNull(F("viewed_at"), False), "is_archived": IsNull(F("archived_at"), False)}
    return communications().filter(contact_id=contact_id, removed_at=None).annotate(**done)


def default_addresses() -> dict[str, str]:
    """By channel, the address or number that messages come from unless something else is chosen."""
    return dict(Sender.objects.filter(is_default=True).values_list("channel", "address"))


def communication_with(communication_id: UUID) -> Communication:
    """Raises CommunicationNotFound."""
    found = communications().filter(pk=communication_id).first()
    if found is None:
        raise CommunicationNotFound
    return found


def number_unknown() -> int:
    """How many messages nobody knows the fate of: staff are to look at them."""
    return communications().filter(state=MessageState.UNKNOWN).count()


def incoming_to(communication_id: UUID) -> ScopedQuerySet[Incoming]:
    """What came back to a message, latest first."""
    return Incoming.objects.filter(communication_id=communication_id).order_by("-received_at", "-id")


def text_of_incoming(incoming_id: UUID) -> str:
    """What a mail that came back says; "" where it is not there."""
    return Incoming.objects.filter(pk=incoming_id).values_list("text", flat=True).first() or ""


def template_called(key: str) -> Template:
    """Raises TemplateNotFound."""
    template = Template.objects.filter(key=key).first()
    if template is None:
        raise TemplateNotFound
    return template


def templates_to_choose() -> ScopedQuerySet[Template]:
    """Those by which staff may write to somebody by hand: of marketing, for all others belong to an occasion."""
    published = TemplateVersion.objects.filter(template=OuterRef("pk"), published_at__isnull=False)
    return Template.objects.filter(Exists(published), message_class=MessageClass.MARKETING).order_by("name", "key")


def versions_of(template_ids: Collection[UUID]) -> list[TemplateVersion]:
    """The newest published version of each language of each of these templates."""
    published = TemplateVersion.objects.filter(template__in=template_ids, published_at__isnull=False)
    return list(published.order_by("template_id", "locale", "-number").distinct("template_id", "locale"))


def default_sender(channel: str) -> Sender | None:
    return Sender.objects.filter(channel=channel, is_default=True).first()


def sending_settings() -> SendingSettings:
    """The settings of the open scope; unsaved defaults when nobody has set any."""
    return SendingSettings.objects.get_queryset().first() or SendingSettings()

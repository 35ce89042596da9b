import re
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from crm.kernel.addresses import checked_email, checked_phone
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.errors import Invalid
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.messaging.errors import SenderNotFound, SenderTaken
from crm.messaging.events import SenderDefined, SenderRemoved, SendingSettingsChanged
from crm.messaging.models import MessageChannel, Sender, SendingSettings

# What networks show in place of a number.
_ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f]+")


@atomic
def define_sender(*, sender_id: UUID | None = None, **values: Any) -> Sender:
    """Make or change a sender; one that becomes the default of its channel takes the place of the one before.

    Raises SenderTaken, SenderNotFound, BadEmail, BadPhone, Invalid.
    """
    sender = Sender() if sender_id is None else _locked(sender_id)
    changes = apply_changes(sender, values)
    check_row(sender)
    if not _PRINTABLE.fullmatch(sender.name):
        raise Invalid(_("One line of text."), field="name")
    sender.address = _checked_address(sender.channel, sender.address)
    if sender.is_default:
        Sender.objects.filter(channel=sender.channel, is_default=True).exclude(pk=sender.pk).update(is_default=False)
    try:
        with transaction.atomic():
            sender.save()
    except IntegrityError:
        raise SenderTaken from None
    record(SenderDefined(sender_id=sender.id), changes=changes)
    return sender


@atomic
def remove_sender(*, sender_id: UUID) -> None:
    """Raises SenderNotFound."""
    sender = _locked(sender_id)
    record(SenderRemoved(sender_id=sender.id), changes={"address": (sender.address, None)})
    sender.delete()


@atomic
def change_sending_settings(**values: Any) -> SendingSettings:
    """Set quiet hours, caps or the address of links; what nobody has set keeps its default. Raises Invalid."""
    settings = SendingSettings.objects.for_update().first() or SendingSettings()
    changes = apply_changes(settings, values)
    check_row(settings)
    if changes:
        settings.save()
        told = {name: (str(before), str(getattr(settings, name))) for name, (before, _after) in changes.items()}
        record(SendingSettingsChanged(sending_settings_id=settings.id), changes=told)
    return settings


def _checked_address(channel: str, address: str) -> str:
    try:
        if channel == MessageChannel.EMAIL:
            return checked_email(address)
        return address.strip() if _ALPHANUMERIC.fullmatch(address.strip()) else checked_phone(address).text
    except Invalid as bad:
        raise type(bad)(field="address") from None


def _locked(sender_id: UUID) -> Sender:
    sender = Sender.objects.for_update().filter(pk=sender_id).first()
    if sender is None:
        raise SenderNotFound
    return sender

"""A message turned into what leaves: who it is from, what its headers say, what was sealed."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from crm.kernel.sealing import unseal
from crm.messaging.channels import Letter
from crm.messaging.governor import Rules
from crm.messaging.links import UNSUBSCRIBE, link_to, token_for
from crm.messaging.models import Communication, MessageChannel, Sender
from crm.messaging.recipients import devices_now


def message_id_of(message: Communication) -> str:
    """The same at every attempt, so that a mail that comes twice is seen to be one (reliability O4)."""
    if message.channel != MessageChannel.EMAIL:
        return str(message.pk)
    return f"<{message.pk}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>"


def letter_for(message: Communication, sender: Sender | None, rules: Rules) -> Letter:
    """Raises Unavailable when what was sealed cannot be opened."""
    subject, content = message.subject, message.content
    if message.sealed:
        subject, content = json.loads(unseal(message.wrapped_key, message.sealed, context=f"message:{message.pk}"))
    return Letter(
        to=message.recipient, to_name=message.recipient_name, subject=subject, content=content,
        sender=sender.address if sender else settings.DEFAULT_FROM_EMAIL,
        sender_name=sender.name if sender else rules.organisation.name,
        message_id=message.provider_message_id, headers=_headers(message, rules), extras=message.extras,
        devices=devices_now(message.contact_id) if message.channel == MessageChannel.DEVICE else (),
    )  # fmt: skip


def _headers(message: Communication, rules: Rules) -> dict[str, Any]:
    if message.channel != MessageChannel.EMAIL:
        return {}
    if not message.is_marketing:
        # So that out-of-office replies do not answer a one-time password (RFC 3834).
        return {"Auto-Submitted": "auto-generated"}
    link = link_to(UNSUBSCRIBE, token_for(message.tenant, message.pk), rules.settings.link_base)
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}

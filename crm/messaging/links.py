"""Links in messages: from the configured address, never from a request's Host (reliability A8), and signed.

What is signed is the message, not the address: nobody's address stands in a URL. A link has no end of life, for mail
is read years later and must still be answered with a way out.
"""

from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core import signing

from crm.kernel.tenancy import Mode, Tenant
from crm.messaging.errors import BadLink

_SALT = "messaging.links"
UNSUBSCRIBE, PREFERENCES = "portal/unsubscribe", "portal/preferences"


class LinkedMessage(NamedTuple):
    tenant: Tenant
    communication_id: UUID


def token_for(tenant: Tenant, communication_id: UUID) -> str:
    parts = f"{tenant.organisation_id.hex}-{tenant.mode}-{communication_id.hex}"
    return signing.Signer(salt=_SALT, sep=".").sign(parts)


def message_of(token: str) -> LinkedMessage:
    """The message that a link is about; raises BadLink. Whether it exists, its scope must tell."""
    try:
        organisation, mode, communication = signing.Signer(salt=_SALT, sep=".").unsign(token).split("-")
        return LinkedMessage(Tenant(UUID(organisation), Mode(mode)), UUID(communication))
    except (signing.BadSignature, ValueError):
        raise BadLink from None


def link_to(page: str, token: str, base: str = "") -> str:
    return f"{(base or settings.BASE_URL).rstrip('/')}/{page}/{token}"

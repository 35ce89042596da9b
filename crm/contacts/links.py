"""Links mailed to whoever signs in or wants their data: signed, so that nobody makes one up; the secret is not kept."""

import hashlib
import secrets
from typing import NamedTuple
from uuid import UUID

from django.core import signing

from crm.contacts.errors import LinkSpent
from crm.kernel.tenancy import Mode, Tenant

VERIFY_PAGE, RESET_PAGE = "self-service/v1/contacts/verify_email", "portal/password"
EXPORT_PAGE = "portal/data"
_SALT = "contacts.sign_in_link"


class LinkToken(NamedTuple):
    tenant: Tenant
    link_id: UUID
    digest: str


def new_secret() -> str:
    return secrets.token_hex(32)


def digest_of_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def write_link_token(tenant: Tenant, link_id: UUID, secret: str) -> str:
    parts = (tenant.organisation_id.hex, tenant.mode, link_id.hex, secret)
    return signing.Signer(salt=_SALT, sep=".").sign("-".join(parts))


def read_link_token(token: str) -> LinkToken:
    """What a token of ours names; raises LinkSpent. Whether it is still good, its scope must tell."""
    try:
        organisation, mode, link, secret = signing.Signer(salt=_SALT, sep=".").unsign(token).split("-")
        return LinkToken(Tenant(UUID(organisation), Mode(mode)), UUID(link), digest_of_secret(secret))
    except (signing.BadSignature, ValueError):
        raise LinkSpent from None

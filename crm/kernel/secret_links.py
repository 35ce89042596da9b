"""Links that are mailed and open something once: signed, so that nobody makes one up, with a secret that is not kept.

The row of a link keeps the SHA-256 of its secret. Whether a link is still good, its scope must tell.
"""

import hashlib
import secrets
from typing import NamedTuple
from uuid import UUID

from django.core import signing

from crm.kernel.errors import DomainError
from crm.kernel.tenancy import Mode, Tenant


class SecretLink(NamedTuple):
    """What a link names; `digest` is of its secret."""

    tenant: Tenant
    link_id: UUID
    digest: str


def new_secret() -> str:
    return secrets.token_hex(32)


def digest_of_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def write_secret_link(tenant: Tenant, link_id: UUID, secret: str, *, salt: str) -> str:
    """The text that stands in an address; one of another `salt` is no link of this kind."""
    parts = (tenant.organisation_id.hex, tenant.mode, link_id.hex, secret)
    return signing.Signer(salt=salt, sep=".").sign("-".join(parts))


def read_secret_link(text: str, *, salt: str, spent: type[DomainError]) -> SecretLink:
    """What `text` names; raises `spent` for what is no link of this kind."""
    try:
        organisation, mode, link, secret = signing.Signer(salt=salt, sep=".").unsign(text).split("-")
        return SecretLink(Tenant(UUID(organisation), Mode(mode)), UUID(link), digest_of_secret(secret))
    except (signing.BadSignature, ValueError):
        raise spent from None

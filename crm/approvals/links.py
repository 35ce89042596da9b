"""Links mailed to whoever decides: signed, so that nobody makes one up, and with a secret that is not kept."""

import hashlib
import secrets
from typing import NamedTuple
from uuid import UUID

from django.core import signing

from crm.approvals.errors import ApprovalLinkSpent
from crm.kernel.tenancy import Mode, Tenant

ACCEPT_PAGE, REJECT_PAGE = "self-service/v1/approval_requests/accept", "self-service/v1/approval_requests/reject"
_SALT = "approvals.link"


class ApprovalLink(NamedTuple):
    tenant: Tenant
    link_id: UUID
    digest: str


def new_secret() -> str:
    return secrets.token_hex(32)


def digest_of_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def write_link(tenant: Tenant, link_id: UUID, secret: str) -> str:
    parts = (tenant.organisation_id.hex, tenant.mode, link_id.hex, secret)
    return signing.Signer(salt=_SALT, sep=".").sign("-".join(parts))


def read_link(text: str) -> ApprovalLink:
    """What a link of ours names; raises ApprovalLinkSpent. Whether it is still good, its scope must tell."""
    try:
        organisation, mode, link, secret = signing.Signer(salt=_SALT, sep=".").unsign(text).split("-")
        return ApprovalLink(Tenant(UUID(organisation), Mode(mode)), UUID(link), digest_of_secret(secret))
    except (signing.BadSignature, ValueError):
        raise ApprovalLinkSpent from None

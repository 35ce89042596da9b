"""Links mailed to whoever decides; crm/kernel/secret_links.py."""

from uuid import UUID

from crm.approvals.errors import ApprovalLinkSpent
from crm.kernel.secret_links import SecretLink, read_secret_link, write_secret_link
from crm.kernel.tenancy import Tenant

ACCEPT_PAGE, REJECT_PAGE = "self-service/v1/approval_requests/accept", "self-service/v1/approval_requests/reject"
_SALT = "approvals.link"


def write_link(tenant: Tenant, link_id: UUID, secret: str) -> str:
    return write_secret_link(tenant, link_id, secret, salt=_SALT)


def read_link(text: str) -> SecretLink:
    """What a link of ours names; raises ApprovalLinkSpent."""
    return read_secret_link(text, salt=_SALT, spent=ApprovalLinkSpent)

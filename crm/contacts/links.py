"""Links mailed to whoever signs in or wants their data; crm/kernel/secret_links.py."""

from uuid import UUID

from crm.contacts.errors import LinkSpent
from crm.kernel.secret_links import SecretLink, read_secret_link, write_secret_link
from crm.kernel.tenancy import Tenant

VERIFY_PAGE, RESET_PAGE = "self-service/v1/contacts/verify_email", "portal/password"
EXPORT_PAGE = "portal/data"
_SALT = "contacts.sign_in_link"


def write_link_token(tenant: Tenant, link_id: UUID, secret: str) -> str:
    return write_secret_link(tenant, link_id, secret, salt=_SALT)


def read_link_token(token: str) -> SecretLink:
    """What a token of ours names; raises LinkSpent."""
    return read_secret_link(token, salt=_SALT, spent=LinkSpent)

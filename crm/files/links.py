"""Links to files: signed, bound to a tenant, a file and a width, and good for a time; whoever holds one may look."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core import signing

from crm.files.errors import BadFileLink, FileLinkExpired
from crm.kernel.clock import real_now
from crm.kernel.tenancy import Mode, Tenant, current_scope

PAGE, THROUGH_LINK = "portal/files", "file-link:"
# For one look, for what stands in a letter, and for pictures, which programs keep for a while.
AT_ONCE, IN_A_LETTER, OF_A_PICTURE = timedelta(hours=1), timedelta(days=30), timedelta(days=7)
_SALT = "files.links"
_DAY = int(timedelta(days=1).total_seconds())


class LinkedFile(NamedTuple):
    tenant: Tenant
    file_id: UUID
    # 0 for the file itself.
    width: int


def token_of(tenant: Tenant, file_id: UUID, *, lasts: timedelta, width: int = 0) -> str:
    """Tokens that last for days end with a day, so that a picture has the same address all day long."""
    ends = int((real_now() + lasts).timestamp())
    if lasts.days:
        ends = -(-ends // _DAY) * _DAY
    parts = (tenant.organisation_id.hex, tenant.mode, file_id.hex, str(width), str(ends))
    return signing.Signer(salt=_SALT, sep=".").sign("-".join(parts))


def file_behind(token: str) -> LinkedFile:
    """Raises BadFileLink; FileLinkExpired for one that was good once. Whether the file exists, its scope must tell."""
    try:
        signed = signing.Signer(salt=_SALT, sep=".").unsign(token)
        organisation, mode, file_id, width, ends = signed.split("-")
        linked = LinkedFile(Tenant(UUID(organisation), Mode(mode)), UUID(file_id), int(width))
    except (signing.BadSignature, ValueError):
        raise BadFileLink from None
    if real_now().timestamp() >= int(ends):
        raise FileLinkExpired
    return linked


def address_of(file_id: UUID, *, lasts: timedelta, width: int = 0, base: str = "") -> str:
    """Where a file of the open scope can be fetched for a time."""
    token = token_of(current_scope().tenant, file_id, lasts=lasts, width=width)
    return f"{(base or settings.BASE_URL).rstrip('/')}/{PAGE}/{token}"


def picture_address(file_id: UUID, width: int = 0) -> str:
    return address_of(file_id, lasts=OF_A_PICTURE, width=width)

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import real_now
from crm.kernel.events import record
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic
from crm.organisations.errors import BadPermissions, BeyondOwnPermissions, KeyNotFound, KeyNotUsable
from crm.organisations.events import KeyChanged, KeyIssued, KeyRevoked, KeyRotated
from crm.organisations.keys import write_key
from crm.organisations.models import ApiKey, KeyKind
from crm.organisations.roles import grants_within, is_grant

OVERLAP = timedelta(hours=24)


@dataclass(frozen=True)
class IssuedKey:
    """`text` is known here and now and never again."""

    key: ApiKey
    text: str


@atomic
def issue_key(
    *,
    name: str,
    kind: str = KeyKind.SECRET,
    permissions: Sequence[str] = ("read", "write"),
    expires_at: datetime | None = None,
    seed: bytes | None = None,
) -> IssuedKey:
    """A new key of the open scope's organisation and mode. `seed` makes a demo key's text.

    Raises BadPermissions, BeyondOwnPermissions, Invalid.
    """
    tenant = current_scope().tenant
    written = write_key(kind=kind, mode=tenant.mode, seed=seed)
    key = ApiKey(
        organisation_id=tenant.organisation_id, mode=tenant.mode, kind=kind, name=name, prefix=written.prefix,
        digest=written.digest, permissions=_checked(permissions), expires_at=expires_at,
    )  # fmt: skip
    check_row(key)
    key.save(force_insert=True)
    record(KeyIssued(api_key_id=key.id, prefix=key.shown_prefix))
    return IssuedKey(key, written.text)


@atomic
def change_key(*, key_id: UUID, **values: Any) -> ApiKey:
    """Change `name`, `permissions` or `expires_at`.

    Raises KeyNotFound, BadPermissions, BeyondOwnPermissions, Invalid.
    """
    key = _locked(key_id)
    if "permissions" in values:
        values["permissions"] = _checked(values["permissions"])
    changes = apply_changes(key, values)
    check_row(key)
    if changes:
        key.save()
        record(KeyChanged(api_key_id=key.id), changes=changes)
    return key


@atomic
def rotate_key(*, key_id: UUID, seed: bytes | None = None, overlap: timedelta = OVERLAP) -> IssuedKey:
    """A successor with the same name and permissions; the old key works on for `overlap`, so clients can change over.

    Raises KeyNotFound, KeyNotUsable, BeyondOwnPermissions.
    """
    old = _locked(key_id)
    if not old.is_usable:
        raise KeyNotUsable
    end = real_now() + overlap
    successor = issue_key(
        name=old.name, kind=old.kind, permissions=old.permissions, expires_at=old.expires_at, seed=seed
    )
    before, old.expires_at = old.expires_at, min(old.expires_at or end, end)
    old.save(update_fields=["expires_at"])
    record(
        KeyRotated(api_key_id=old.id, successor_id=successor.key.id), changes={"expires_at": (before, old.expires_at)}
    )
    return successor


@atomic
def revoke_key(*, key_id: UUID) -> ApiKey:
    """End a key at once; revoking it again changes nothing. Raises KeyNotFound."""
    key = _locked(key_id)
    if key.revoked_at is None:
        key.revoked_at = real_now()
        key.save(update_fields=["revoked_at"])
        record(KeyRevoked(api_key_id=key.id), changes={"revoked_at": (None, key.revoked_at)})
    return key


def _locked(key_id: UUID) -> ApiKey:
    organisation_id, mode = current_scope().tenant
    keys = ApiKey.objects.select_for_update().filter(organisation_id=organisation_id, mode=mode)
    key = keys.filter(pk=key_id).first()
    if key is None:
        raise KeyNotFound
    return key


def _checked(permissions: Sequence[str]) -> list[str]:
    """Permissions that exist, and that whoever gives them has: else a key would be a way up."""
    if not permissions or not all(is_grant(permission) for permission in permissions):
        raise BadPermissions
    actor = current_scope().actor
    if not all(actor.may(grant) for permission in permissions for grant in grants_within(permission)):
        raise BeyondOwnPermissions
    return sorted(set(permissions))

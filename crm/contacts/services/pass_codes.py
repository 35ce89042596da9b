import hmac
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from crm.contacts.errors import BadPassCode, PassCodeTaken, SettingNotFound
from crm.contacts.events import PassCodeDefined, PassCodeUsed
from crm.contacts.models import PassCode
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.tenancy import ScopedQuerySet
from crm.kernel.transactions import atomic


@atomic
def define_pass_code(*, pass_code_id: UUID | None = None, **values: Any) -> PassCode:
    """Make a pass code, or change the one with this id. Raises PassCodeTaken, SettingNotFound, Invalid."""
    row = PassCode(created_at=now()) if pass_code_id is None else _locked(pass_code_id)
    changes = apply_changes(row, values)
    row.code = row.code.strip()
    row.code_key = _key(row.code)
    check_row(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise PassCodeTaken from None
    told = {name: change for name, change in changes.items() if name != "pin"}
    record(PassCodeDefined(pass_code_id=row.id), changes=told)
    return row


def ensure_pass_code(*, code: str, pin: str = "") -> UUID:
    """The pass code that may be used now, by its id; not used up by asking. Raises BadPassCode."""
    row = _usable().filter(code_key=_key(code)).values_list("id", "pin").first()
    if row is None or (row[1] and not hmac.compare_digest(row[1].encode(), pin.encode())):
        raise BadPassCode
    found: UUID = row[0]
    return found


@atomic
def use_pass_code(*, pass_code_id: UUID, contact_id: UUID) -> None:
    """Count one use, by who has just registered. Raises BadPassCode when others were quicker."""
    if not _usable().filter(pk=pass_code_id).update(uses=F("uses") + 1):
        raise BadPassCode
    record(PassCodeUsed(contact_id=contact_id, pass_code_id=pass_code_id))


def _usable() -> ScopedQuerySet[PassCode]:
    in_time = Q(valid_until=None) | Q(valid_until__gt=now())
    return PassCode.objects.filter(in_time, Q(most_uses=None) | Q(uses__lt=F("most_uses")), is_active=True)


def _key(code: str) -> str:
    return code.strip().upper()


def _locked(pass_code_id: UUID) -> PassCode:
    row = PassCode.objects.for_update().filter(pk=pass_code_id).first()
    if row is None:
        raise SettingNotFound
    return row

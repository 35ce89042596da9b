from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.kernel.actors import ActorKind
from crm.kernel.addresses import checked_email
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.events import record
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic
from crm.organisations.errors import LastOwner, OwnRole, StaffExists, StaffNotFound
from crm.organisations.events import StaffAdded, StaffChanged
from crm.organisations.models import Staff, User
from crm.organisations.roles import Role


@atomic
def add_staff(*, email: str, role: str, name: str = "", password: str | None = None) -> Staff:
    """Give somebody a place in the open scope's organisation; who has no sign-in yet gets one with `password`.

    A user who exists keeps name and password. Raises StaffExists, OwnRole, BadEmail, Invalid.
    """
    _ensure_may_grant(role)
    email = checked_email(email).lower()
    organisation_id = current_scope().tenant.organisation_id
    staff = Staff(organisation_id=organisation_id, role=role)
    check_row(staff, exclude=("user",))
    staff.user = User.objects.filter(email=email).first() or _new_user(email, name, password)
    try:
        with transaction.atomic():
            staff.save(force_insert=True)
    except IntegrityError:
        raise StaffExists from None
    record(StaffAdded(staff_id=staff.id, role=role))
    return staff


@atomic
def change_staff(*, staff_id: UUID, **values: Any) -> Staff:
    """Change `role` or `is_active`. Raises StaffNotFound, LastOwner, OwnRole, Invalid."""
    # All of the organisation's owners are locked, so that two cannot demote each other at once.
    team = Staff.objects.filter(organisation_id=current_scope().tenant.organisation_id).select_for_update()
    rows = {row.id: row for row in team.order_by("id")}
    staff = rows.get(staff_id)
    if staff is None:
        raise StaffNotFound
    was_owner = staff.role == Role.OWNER
    changes = apply_changes(staff, values)
    check_row(staff, exclude=("user",))
    if not changes:
        return staff
    _ensure_not_self(staff)
    if was_owner or "role" in changes:
        _ensure_may_grant(Role.OWNER if was_owner else staff.role)
    if not any(row.role == Role.OWNER and row.is_active for row in rows.values()):
        raise LastOwner
    staff.save()
    record(StaffChanged(staff_id=staff.id), changes=changes)
    return staff


def _ensure_may_grant(role: str) -> None:
    """Only an owner, the operator or the platform itself makes or unmakes an owner."""
    tenant, actor = current_scope().tenant, current_scope().actor
    if role != Role.OWNER or actor.kind in (ActorKind.OPERATOR, ActorKind.JOB):
        return
    owners = Staff.objects.filter(organisation_id=tenant.organisation_id, role=Role.OWNER, is_active=True)
    if actor.kind != ActorKind.STAFF or not owners.filter(pk=actor.id).exists():
        raise OwnRole


def _new_user(email: str, name: str, password: str | None) -> User:
    check_row(User(email=email, name=name), exclude=("password",))
    return User.objects.create_user(email, password, name=name)


def _ensure_not_self(staff: Staff) -> None:
    actor = current_scope().actor
    if actor.kind == ActorKind.STAFF and actor.id == str(staff.id):
        raise OwnRole

"""What needs whose leave, as staff lay it down."""

from collections.abc import Sequence
from typing import Any, TypedDict
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.approvals.errors import BadPolicy, DelegationNotFound, PolicyNotFound
from crm.approvals.events import DelegationDefined, DelegationRemoved, PolicyDefined
from crm.approvals.kinds import all_kinds
from crm.approvals.models import Delegation, Needs, Policy, PolicyStep
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.organisations.selectors import staff_of_organisation

MOST_STEPS = 5


class Step(TypedDict, total=False):
    """Who decides: the customer, one colleague, or whoever has a role; `sla_hours` until they are reminded."""

    approver: str
    staff_id: UUID | None
    role: str
    needs: str
    sla_hours: int


@atomic
def define_policy(*, policy_id: UUID | None = None, steps: Sequence[Step] | None = None, **values: Any) -> Policy:
    """Lay down a policy, or change the one with this id; requests that are open keep the steps they began with.

    A new one needs one to five `steps`; for an old one they replace what it had. Raises PolicyNotFound, BadPolicy on
    `kind`, `fact`, `more_than`, `steps` or `name`, Invalid.
    """
    policy = Policy(created_at=now()) if policy_id is None else _locked(policy_id)
    changes = apply_changes(policy, values)
    _check(policy)
    check_row(policy)
    try:
        with transaction.atomic():
            policy.save()
    except IntegrityError:
        raise BadPolicy(_("Another policy has this name."), field="name") from None
    if steps is not None or policy_id is None:
        changes |= _write_steps(policy, steps or ())
    if changes:
        record(PolicyDefined(policy_id=policy.id), changes=changes)
    return policy


@atomic
def define_delegation(*, staff_id: UUID, deputy_id: UUID, **days: Any) -> Delegation:
    """On these days (`first_day`, `last_day`, both included) `deputy_id` decides in `staff_id`'s stead.

    Raises BadPolicy for days out of order or for nobody else, Invalid.
    """
    colleagues = set(staff_of_organisation().filter(is_active=True).values_list("pk", flat=True))
    for field, wanted in (("staff", staff_id), ("deputy", deputy_id)):
        if wanted not in colleagues:
            raise BadPolicy(_("There is no such colleague."), field=field)
    if staff_id == deputy_id:
        raise BadPolicy(_("Choose somebody else."), field="deputy")
    delegation = Delegation(staff_id=staff_id, deputy_id=deputy_id, created_at=now(), **days)
    check_row(delegation, exclude=("staff", "deputy"))
    if delegation.last_day < delegation.first_day:
        raise BadPolicy(_("The last day comes before the first."), field="last_day")
    delegation.save(force_insert=True)
    record(DelegationDefined(delegation_id=delegation.id))
    return delegation


@atomic
def remove_delegation(*, delegation_id: UUID) -> None:
    """Raises DelegationNotFound."""
    if not Delegation.objects.filter(pk=delegation_id).delete()[0]:
        raise DelegationNotFound
    record(DelegationRemoved(delegation_id=delegation_id))


def _locked(policy_id: UUID) -> Policy:
    policy = Policy.objects.for_update().filter(pk=policy_id).first()
    if policy is None:
        raise PolicyNotFound
    return policy


def _check(policy: Policy) -> None:
    kinds = {kind.key: kind for kind in all_kinds()}
    if policy.kind not in kinds:
        raise BadPolicy(_("Nothing of this kind can need approval."), field="kind")
    if policy.fact and policy.fact not in kinds[policy.kind].facts:
        raise BadPolicy(_("There is no such figure of it."), field="fact")
    if policy.fact and policy.more_than is None:
        raise BadPolicy(_("Say above what it needs approval."), field="more_than")
    if not policy.fact:
        policy.more_than = None


def _write_steps(policy: Policy, steps: Sequence[Step]) -> dict[str, Any]:
    if not 1 <= len(steps) <= MOST_STEPS:
        raise BadPolicy(_("A policy has 1 to %(most)s steps.") % {"most": MOST_STEPS}, field="steps")
    colleagues = set(staff_of_organisation().values_list("pk", flat=True))
    rows = []
    for position, step in enumerate(steps, start=1):
        if step.get("staff_id") and step["staff_id"] not in colleagues:
            raise BadPolicy(_("There is no such colleague."), field="steps")
        row = PolicyStep(policy=policy, position=position, **{"needs": Needs.ANY, **step})
        if (row.approver == "staff") != bool(row.staff_id) or (row.approver == "role") != bool(row.role):
            raise BadPolicy(_("Say who decides."), field="steps")
        check_row(row, exclude=("policy", "staff"))
        rows.append(row)
    before = list(PolicyStep.objects.filter(policy=policy).order_by("position"))
    told = [[str(row) for row in before], [str(row) for row in rows]]
    PolicyStep.objects.filter(policy=policy).delete()
    PolicyStep.objects.bulk_create(rows)
    return {"steps": (told[0], told[1])}

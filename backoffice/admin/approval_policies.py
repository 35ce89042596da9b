"""What needs approval, by whom, and who stands in for whom."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from backoffice.admin.base import PlaceAdmin, changed_values
from crm.approvals.kinds import all_kinds
from crm.approvals.models import Approver, Delegation, Needs, Policy, PolicyStep
from crm.approvals.models.policy import LONGEST_WAIT
from crm.approvals.selectors import delegations, policies
from crm.approvals.services import Step, define_delegation, define_policy, remove_delegation
from crm.organisations.roles import Role
from crm.organisations.selectors import staff_of_organisation

STEPS = (1, 2, 3)
STEP_FIELDS = {f"{part}_{number}" for number in STEPS for part in ("who", "needs", "hours")}


def _kinds() -> list[tuple[str, Any]]:
    return [(kind.key, kind.label) for kind in all_kinds()]


def _facts() -> list[tuple[str, Any]]:
    facts = {name: label for kind in all_kinds() for name, label in kind.facts.items()}
    return [("", _("Always")), *facts.items()]


def _approvers() -> Iterator[tuple[str, Any]]:
    yield "", _("Nobody")
    yield Approver.MEMBER, Approver.MEMBER.label
    yield from ((f"role:{role}", _("Whoever is: %(role)s") % {"role": label}) for role, label in Role.choices)
    yield from ((f"staff:{one.pk}", str(one)) for one in staff_of_organisation().filter(is_active=True))


def _who() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Who decides"), choices=_approvers, required=False, widget=UnfoldAdminSelectWidget
    )


def _needs() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Needs"), choices=Needs.choices, required=False, widget=UnfoldAdminSelectWidget
    )


def _hours() -> forms.IntegerField:
    return forms.IntegerField(
        label=gettext_lazy("Hours to decide"), min_value=1, max_value=LONGEST_WAIT, required=False, initial=72,
        widget=UnfoldAdminIntegerFieldWidget,
    )  # fmt: skip


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    kind = forms.ChoiceField(label=gettext_lazy("Of what"), choices=_kinds, widget=UnfoldAdminSelectWidget)
    fact = forms.ChoiceField(
        label=gettext_lazy("Where this figure"), choices=_facts, required=False, widget=UnfoldAdminSelectWidget
    )
    who_1, needs_1, hours_1 = _who(), _needs(), _hours()
    who_2, needs_2, hours_2 = _who(), _needs(), _hours()
    who_3, needs_3, hours_3 = _who(), _needs(), _hours()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        policy = kwargs.get("instance")
        if policy is not None and policy.pk and not policy._state.adding:
            kwargs["initial"] = {**_as_fields(policy), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


@admin.register(Policy)
class PolicyPage(PlaceAdmin):
    """Policies are switched off, not deleted: what was decided by one still names it."""

    resource = "crm:approvals"
    about = "policy"
    can_add = can_change = True
    form = PolicyForm
    list_display = ("name", "shown_kind", "condition", "position", "is_active")
    list_filter = ("is_active",)
    ordering = ("kind", "position", "name")
    fieldsets = (
        (None, {"fields": (("name", "is_active"), ("kind", "position"), ("fact", "more_than"))}),
        (gettext_lazy("First"), {"fields": ("who_1", ("needs_1", "hours_1"))}),
        (gettext_lazy("Then"), {"fields": ("who_2", ("needs_2", "hours_2"))}),
        (gettext_lazy("And then"), {"fields": ("who_3", ("needs_3", "hours_3"))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return policies()

    def field_of(self, complaint: str) -> str:
        return "who_1" if complaint == "steps" else super().field_of(complaint)

    def write(self, form: Any, obj: Policy, *, change: bool) -> Policy:
        values = {name: value for name, value in changed_values(form).items() if name not in STEP_FIELDS}
        if not change or STEP_FIELDS & set(form.changed_data):
            values["steps"] = list(_from_fields(form.cleaned_data))
        return define_policy(policy_id=obj.pk if change else None, **values)

    @display(description=gettext_lazy("Of what"), ordering="kind")
    def shown_kind(self, policy: Policy) -> str:
        return str(dict(_kinds()).get(policy.kind, policy.kind))

    @display(description=gettext_lazy("When"))
    def condition(self, policy: Policy) -> str:
        if not policy.fact or policy.more_than is None:
            return _("Always")
        told = {"figure": dict(_facts()).get(policy.fact, policy.fact), "limit": f"{policy.more_than.normalize():f}"}
        return _("%(figure)s above %(limit)s") % told


@admin.register(Delegation)
class DelegationPage(PlaceAdmin):
    resource = "crm:approvals"
    about = "delegation"
    can_add = can_delete = True
    list_display = ("staff", "deputy", "first_day", "last_day")
    ordering = ("-last_day", "id")
    fields = (("staff", "deputy"), ("first_day", "last_day"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return delegations()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        # Staff are no tenant rows, so nothing but this keeps other organisations' out of the list.
        kwargs["queryset"] = staff_of_organisation().filter(is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def write(self, form: Any, obj: Delegation, *, change: bool) -> Delegation:
        values = dict(form.cleaned_data)
        return define_delegation(staff_id=values.pop("staff").pk, deputy_id=values.pop("deputy").pk, **values)

    def remove(self, obj: Delegation) -> None:
        remove_delegation(delegation_id=obj.pk)


def _as_fields(policy: Policy) -> dict[str, Any]:
    """The policy's steps as the form shows them."""
    shown: dict[str, Any] = {}
    for number, step in zip(STEPS, PolicyStep.objects.filter(policy=policy).order_by("position"), strict=False):
        who = {Approver.STAFF: f"staff:{step.staff_id}", Approver.ROLE: f"role:{step.role}"}.get(
            Approver(step.approver), step.approver
        )
        shown |= {f"who_{number}": who, f"needs_{number}": step.needs, f"hours_{number}": step.sla_hours}
    return shown


def _from_fields(given: dict[str, Any]) -> Iterator[Step]:
    for number in STEPS:
        approver, _colon, which = (given.get(f"who_{number}") or "").partition(":")
        if approver:
            yield Step(
                approver=approver, staff_id=UUID(which) if approver == Approver.STAFF else None,
                role=which if approver == Approver.ROLE else "", needs=given.get(f"needs_{number}") or Needs.ANY,
                sla_hours=given.get(f"hours_{number}") or 72,
            )  # fmt: skip

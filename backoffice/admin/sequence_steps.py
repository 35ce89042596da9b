"""The form in which the steps of a sequence are written: one card for each, in the order of their numbers."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from backoffice.admin.rows import LinesField
from crm.messaging.models import MessageClass, Template
from crm.nurturing.models import Condition, DelayUnit, SequenceVersion, StepKind
from crm.nurturing.models.sequence import LONGEST_DELAY

NONE_CHOSEN = ("", "–")
BLANK_STEPS = 2
_SHOWN = ("kind", "delay", "delay_unit", "at_time", "template_key", "title", "field", "test", "values", "otherwise")


class StepForm(forms.Form):
    """What is filled in for another kind of step than the one chosen is left out."""

    kind = forms.ChoiceField(
        label=_("What"), choices=[NONE_CHOSEN, *StepKind.choices],
        widget=UnfoldAdminSelectWidget(attrs={"x-model": "kind"}),
    )  # fmt: skip
    delay = forms.IntegerField(
        label=_("After"), min_value=0, max_value=LONGEST_DELAY, initial=0, required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )  # fmt: skip
    delay_unit = forms.ChoiceField(
        label=_("Unit"), choices=DelayUnit.choices, initial=DelayUnit.DAY, widget=UnfoldAdminSelectWidget
    )
    at_time = forms.TimeField(
        label=_("Then at"), required=False, widget=UnfoldAdminTextInputWidget(attrs={"type": "time"})
    )
    template_key = forms.ChoiceField(label=_("Template"), required=False, widget=UnfoldAdminSelectWidget)
    title = forms.CharField(label=_("Task"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget)
    field = forms.CharField(
        label=_("Field"), max_length=70, required=False, widget=UnfoldAdminTextInputWidget,
        help_text=_("Such as status, score, company, touch or custom_fields.size."),
    )  # fmt: skip
    test = forms.ChoiceField(
        label=_("Test"), choices=[NONE_CHOSEN, *Condition.choices], required=False, widget=UnfoldAdminSelectWidget
    )
    values = LinesField(label=_("Values"), required=False, help_text=_("One to a line."))
    otherwise = forms.IntegerField(
        label=_("Else go to step"), min_value=2, required=False, widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Empty: the sequence ends there."),
    )  # fmt: skip

    # Which fields belong to which kind; all others of that form are none of its business.
    of_kind: Mapping[str, tuple[str, ...]] = {
        StepKind.EMAIL: ("template_key",), StepKind.SMS: ("template_key",), StepKind.TASK: ("title",),
        StepKind.WAIT: (), StepKind.BRANCH: ("field", "test", "values", "otherwise"),
        StepKind.UPDATE: ("field", "values"),
    }  # fmt: skip

    def __init__(self, *args: Any, templates: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template_key"].choices = [NONE_CHOSEN, *templates]  # type: ignore[attr-defined]

    def clean_delay(self) -> int:
        return self.cleaned_data["delay"] or 0

    @property
    def step(self) -> dict[str, Any]:
        values = self.cleaned_data
        blank: dict[str, Any] = {"values": [], "otherwise": None}
        mine = self.of_kind[values["kind"]]
        of_its_kind = {name: values[name] if name in mine else blank.get(name, "") for name in _SHOWN[4:]}
        return {**{name: values[name] for name in _SHOWN[:4]}, **of_its_kind}


class _StepForms(forms.BaseFormSet):  # type: ignore[type-arg]
    deletion_widget = UnfoldBooleanSwitchWidget
    ordering_widget = UnfoldAdminIntegerFieldWidget

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        if not hasattr(self, "_templates"):
            rows = Template.objects.filter(message_class=MessageClass.MARKETING).order_by("channel", "name")
            self._templates = [(row.key, f"{row.get_channel_display()}: {row.name}") for row in rows]
        return {**super().get_form_kwargs(index), "templates": self._templates}

    def steps(self) -> list[dict[str, Any]]:
        """The steps as the service takes them, in the order of the numbers given."""
        return [form.step for form in self.ordered_forms if form.cleaned_data]


StepFormSet: Any = forms.formset_factory(
    StepForm, formset=_StepForms, extra=BLANK_STEPS, can_order=True, can_delete=True, max_num=60, absolute_max=60
)


class GoalForm(forms.Form):
    goal_field = forms.CharField(label=_("Field"), max_length=70, required=False, widget=UnfoldAdminTextInputWidget)
    goal_test = forms.ChoiceField(
        label=_("Test"), choices=[NONE_CHOSEN, *Condition.choices], required=False, widget=UnfoldAdminSelectWidget
    )
    goal_values = LinesField(label=_("Values"), required=False, help_text=_("One to a line."))

    @classmethod
    def of(cls, version: SequenceVersion | None, data: Any) -> "GoalForm":
        names = ("goal_field", "goal_test", "goal_values")
        initial = {name: getattr(version, name) for name in names} if version else {}
        return cls(data or None, initial=initial)


def goal_of(form: GoalForm) -> dict[str, Any]:
    return {name.removeprefix("goal_"): value for name, value in form.cleaned_data.items()}


def steps_of(version: SequenceVersion | None) -> list[dict[str, Any]]:
    """A version's steps as the form shows them."""
    steps = version.steps.order_by("position") if version else ()
    return [{name: getattr(step, name) for name in _SHOWN} for step in steps]

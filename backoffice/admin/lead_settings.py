"""How leads are scored, handed out and followed up."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.admin.base import PlaceAdmin, changed_values
from backoffice.admin.rows import LinesField
from crm.leads.errors import ScoreGroupInUse
from crm.leads.models import ScoreGroup, ScoreRule, StageRule, Turn
from crm.leads.services import (
    define_score_group,
    define_score_rule,
    join_rotation,
    leave_rotation,
    pause_in_rotation,
    remove_score_group,
    remove_score_rule,
    set_idle_days,
)
from crm.organisations.selectors import staff_of_organisation


class ScoreRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    values = LinesField(label=_("Values"), required=False, help_text=_("One to a line."))


@admin.register(ScoreRule)
class ScoreRulePage(PlaceAdmin):
    resource = "crm:leads"
    about = "rule"
    can_add = can_change = can_delete = True
    form = ScoreRuleForm
    list_display = ("name", "group", "points", "field", "test", "touch")
    list_filter = ("group__part", "group")
    list_select_related = ("group",)
    search_fields = ("name",)
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": ("name", ("group", "points"))}),
        (_("Fit: a field of the lead"), {"fields": (("field", "test"), "values")}),
        (_("Engagement: a touch"), {"fields": (("touch", "max_per_day"), ("half_life_days", "within_days"))}),
    )

    def field_of(self, complaint: str) -> str:
        return "group" if complaint == "group_id" else super().field_of(complaint)

    def write(self, form: Any, obj: ScoreRule, *, change: bool) -> ScoreRule:
        values = changed_values(form)
        if "group" in values:
            values["group_id"] = values.pop("group").pk
        return define_score_rule(rule_id=obj.pk if change else None, **values)

    def remove(self, obj: ScoreRule) -> None:
        remove_score_rule(rule_id=obj.pk)


@admin.register(ScoreGroup)
class ScoreGroupPage(PlaceAdmin):
    resource = "crm:leads"
    about = "group"
    can_add = can_change = can_delete = True
    list_display = ("name", "part", "cap")
    list_filter = ("part",)
    search_fields = ("name",)
    ordering = ("part", "name")
    fields = ("name", ("part", "cap"))

    def write(self, form: Any, obj: ScoreGroup, *, change: bool) -> ScoreGroup:
        return define_score_group(group_id=obj.pk if change else None, **changed_values(form))

    def remove(self, obj: ScoreGroup) -> None:
        remove_score_group(group_id=obj.pk)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """A group that still has rules stays, and the page says why."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except ScoreGroupInUse as error:
            messages.error(request, str(error.message))
            return redirect(reverse("admin:leads_scoregroup_change", args=[object_id]))


@admin.register(Turn)
class TurnPage(PlaceAdmin):
    resource = "crm:leads"
    about = "turn"
    can_add = can_change = can_delete = True
    list_display = ("colleague", "is_paused")
    list_select_related = ("staff__user",)
    ordering = ("id",)
    fields = ("staff", "is_paused")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("staff",) if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        # Staff are no tenant rows, so nothing but this keeps other organisations' out of the list.
        kwargs["queryset"] = staff_of_organisation().filter(is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def write(self, form: Any, obj: Turn, *, change: bool) -> Turn:
        turn = obj if change else join_rotation(staff_id=form.cleaned_data["staff"].pk)
        paused = form.cleaned_data["is_paused"]
        return pause_in_rotation(turn_id=turn.pk, paused=paused) if turn.is_paused != paused or change else turn

    def remove(self, obj: Turn) -> None:
        leave_rotation(turn_id=obj.pk)

    @display(description=_("Colleague"))
    def colleague(self, turn: Turn) -> str:
        return str(turn.staff)


@admin.register(StageRule)
class StageRulePage(PlaceAdmin):
    resource = "crm:leads"
    about = "rule"
    can_add = can_change = True
    list_display = ("status", "idle_days")
    ordering = ("status",)
    fields = ("status", "idle_days")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("status",) if obj else ()

    def write(self, form: Any, obj: StageRule, *, change: bool) -> StageRule:
        return set_idle_days(status=obj.status, days=form.cleaned_data["idle_days"])

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from backoffice.admin.base import PlaceAdmin, changed_values
from backoffice.admin.filters import DayRangeFilter
from backoffice.admin.rows import LinesField, RowsField
from backoffice.admin.told import shown_value
from crm.campaigns.models import Campaign
from crm.campaigns.selectors import campaigns
from crm.campaigns.services import change_campaign, create_campaign, delete_campaign
from crm.kernel.lookups import found_by
from crm.kernel.money import spelt_out

STATUS_COLORS = {"active": "success", "scheduled": "info", "paused": "warning", "cancelled": "danger"}
# The parts of the plan that are shown with a field for each of their keys: `target_audience_gender`, `goals_primary`.
SPREAD = ("target_audience", "goals")


def _text(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=UnfoldAdminTextInputWidget, **options)


def _lines(label: Any) -> LinesField:
    return LinesField(label=label, required=False, help_text=_("One to a line."))


def _name() -> forms.CharField:
    return forms.CharField(label=_("Name"))


def _moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(label=label, required=False)


def _number(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, max_digits=19, decimal_places=4, **options)


_MORE_ROWS = _("Empty a row to take it away. For more rows, save and continue editing.")


class CampaignForm(forms.ModelForm):  # type: ignore[type-arg]
    target_audience_age_range = _text(_("Ages"), max_length=100, help_text=_("In years, such as 25-45."))
    target_audience_gender = _text(_("Gender"), max_length=100)
    target_audience_locations = _lines(_("Locations"))
    target_audience_interests = _lines(_("Interests"))
    goals_primary = _text(_("Primary goal"), max_length=500)
    goals_secondary = _lines(_("Secondary goals"))
    goals_kpis = _lines(_("How they are measured"))
    channels = RowsField(
        {
            "name": _name(), "type": forms.CharField(label=_("Type"), required=False),
            "platform": forms.CharField(label=_("Platform"), required=False),
            "budget_allocation": _number(_("Budget"), min_value=0), "start_date": _moment(_("Starts")),
            "end_date": _moment(_("Ends")),
        },
        label=_("Channels"), help_text=_MORE_ROWS,
    )  # fmt: skip
    kpis = RowsField(
        {
            "name": _name(), "target": _number(_("Target")), "current": _number(_("Current")),
            "unit": forms.CharField(label=_("Unit"), required=False),
        },
        label=_("Key figures"), help_text=_MORE_ROWS,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in SPREAD:
            for key, kept in getattr(self.instance, part).items():
                self.initial[f"{part}_{key}"] = _told(kept)

    def _get_validation_exclusions(self) -> set[str]:
        """How rows are kept, and whether the end is before the start, is the service's business."""
        return super()._get_validation_exclusions() | {"channels", "kpis", "ends_at"}  # type: ignore[misc, no-any-return]


def _told(kept: Any) -> Any:
    """Ages that an API sent as two numbers, in one text; all else as it is."""
    if isinstance(kept, dict):
        return f"{kept.get('min', 0)}-{kept['max']}" if "max" in kept else f"{kept.get('min', 0)}+"
    return kept


@admin.register(Campaign)
class CampaignPage(PlaceAdmin):
    resource = "crm:campaigns"
    about = "campaign"
    form = CampaignForm
    can_add = can_change = can_delete = True
    list_display = ("name", "shown_type", "shown_status", "starts_at", "ends_at", "budget")
    list_filter = ("status", "type", ("starts_at", DayRangeFilter))
    list_select_related = ("organisation",)
    search_fields = ("name",)
    search_help_text = _("By the words of the name and the description")
    ordering = ("-created_at", "-pk")
    fieldsets = (
        (None, {"fields": ("name", "description", ("type", "status"), ("starts_at", "ends_at"), "total_budget")}),
        (_("Audience"), {"fields": (
            ("target_audience_age_range", "target_audience_gender"),
            ("target_audience_locations", "target_audience_interests"),
        )}),
        (_("Goals"), {"fields": ("goals_primary", ("goals_secondary", "goals_kpis"))}),
        (_("Channels and key figures"), {"fields": ("channels", "kpis")}),
    )  # fmt: skip

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may not write has no form to read the plan from, so it is told in words."""
        if obj is None or self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        return (*self.fieldsets[:1], (_("Plan"), {"fields": ("audience", "aims", "ways", "figures")}))

    @display(description=_("Audience"))
    def audience(self, campaign: Campaign) -> str:
        return shown_value(campaign.target_audience)

    @display(description=_("Goals"))
    def aims(self, campaign: Campaign) -> str:
        return shown_value(campaign.goals)

    @display(description=_("Channels"))
    def ways(self, campaign: Campaign) -> str:
        return format_html_join(mark_safe("<br>"), "{}", ((shown_value(row),) for row in campaign.channels)) or "–"

    @display(description=_("Key figures"))
    def figures(self, campaign: Campaign) -> str:
        return format_html_join(mark_safe("<br>"), "{}", ((shown_value(row),) for row in campaign.kpis)) or "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return campaigns()

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        return found_by(queryset, search_term), False

    @display(description=_("Type"), ordering="type")
    def shown_type(self, campaign: Campaign) -> str:
        return str(campaign.get_type_display())

    @display(description=_("Status"), ordering="status", label=STATUS_COLORS)
    def shown_status(self, campaign: Campaign) -> tuple[str, str]:
        return campaign.status, campaign.get_status_display()

    @display(description=_("Budget"), ordering="total_budget")
    def budget(self, campaign: Campaign) -> str:
        if campaign.total_budget is None:
            return "–"
        return spelt_out(campaign.total_budget, campaign.organisation.currency)

    def field_of(self, complaint: str) -> str:
        part, _dot, key = complaint.partition(".")
        return f"{part}_{key.split('.')[0]}" if part in SPREAD and key else part

    def write(self, form: Any, obj: Campaign, *, change: bool) -> Campaign:
        values = changed_values(form) if change else dict(form.cleaned_data)
        if not change:
            return create_campaign(**_gathered(obj, values))
        return change_campaign(campaign_id=obj.pk, **_gathered(obj, values))

    def remove(self, obj: Campaign) -> None:
        delete_campaign(campaign_id=obj.pk)


def _gathered(campaign: Campaign, values: dict[str, Any]) -> Any:
    """A form's values with the keys of a part under that part; keys that were not touched stay as they are kept."""
    for part in SPREAD:
        own = {name: values.pop(name) for name in list(values) if name.startswith(f"{part}_")}
        if own:
            values[part] = getattr(campaign, part) | {name.removeprefix(f"{part}_"): own[name] for name in own}
    return values

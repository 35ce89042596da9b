"""S4 `/dev/marketing/campaigns` (s4 §4)."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.campaign_plans import (
    MOST,
    AudienceIn,
    AudienceOut,
    ChannelIn,
    ChannelsOut,
    FigureIn,
    FiguresOut,
    GoalsIn,
    GoalsOut,
)
from backoffice.dev.fields import ClearableText, DayOrMoment, DoneOut
from crm.campaigns.selectors import campaign_by_id, campaigns
from crm.campaigns.services import change_campaign, create_campaign, delete_campaign
from crm.kernel.lookups import found_by
from crm.kernel.tenancy import Question, ScopedQuerySet
from crm.web.dialects import DevCrm, Done, Page
from crm.web.filters import AnyChoiceOf, FilterSet, SearchFilter
from crm.web.grants import Audience, grant
from crm.web.money import MoneyIn, MoneyOut
from crm.web.serializers import InputSerializer, Moment, OutputSerializer, TextOrNull
from crm.web.viewset import DialectViewSet

TYPES = (
    "sales", "awareness", "lead_generation", "engagement", "retention", "promotion", "challenge", "event", "other",
)  # fmt: skip
STATUSES = ("draft", "scheduled", "active", "paused", "completed", "cancelled")


class CampaignOut(OutputSerializer):
    id = serializers.UUIDField()
    project_id = serializers.UUIDField(source="organisation_id")
    name = serializers.CharField()
    description = TextOrNull()
    type = serializers.ChoiceField(TYPES)
    status = serializers.ChoiceField(STATUSES)
    start_date = Moment(source="starts_at", allow_null=True)
    end_date = Moment(source="ends_at", allow_null=True)
    total_budget = MoneyOut(currency="organisation.currency", allow_null=True)
    target_audience = AudienceOut()
    goals = GoalsOut()
    channels = ChannelsOut()
    kpis = FiguresOut()
    createdAt = Moment(source="created_at")  # noqa: N815 - the document's own name
    updatedAt = Moment(source="updated_at")  # noqa: N815


class CampaignIn(InputSerializer):
    name = serializers.CharField(max_length=200)
    description = ClearableText(max_length=10_000)
    type = serializers.ChoiceField(TYPES, required=False)
    status = serializers.ChoiceField(STATUSES, required=False)
    start_date = DayOrMoment(source="starts_at")
    end_date = DayOrMoment(source="ends_at")
    total_budget = MoneyIn(required=False, allow_null=True, min_value=0)
    target_audience = AudienceIn(required=False)
    goals = GoalsIn(required=False)
    channels = serializers.ListField(child=ChannelIn(), max_length=MOST, required=False)
    kpis = serializers.ListField(child=FigureIn(), max_length=MOST, required=False)


class CampaignChanges(CampaignIn):
    name = serializers.CharField(max_length=200, required=False)


class CampaignFilters(FilterSet):
    search = SearchFilter(method="found_by", help_text="Word prefixes of name and description.")
    status = AnyChoiceOf(choices=[(word, word) for word in STATUSES], lookup_expr="in", field_name="status",
                         help_text=f"{', '.join(STATUSES)}; several by comma.")  # fmt: skip
    type = AnyChoiceOf(choices=[(word, word) for word in TYPES], lookup_expr="in", field_name="type",
                       help_text=f"{', '.join(TYPES)}; several by comma.")  # fmt: skip

    def found_by(self, queryset: ScopedQuerySet[Any], _name: str, search: str) -> QuerySet[Any]:
        return found_by(queryset, search)


_READ = grant("crm:campaigns:read", Audience.KEY, Audience.STAFF)
_WRITE = grant("crm:campaigns:write", Audience.KEY, Audience.STAFF)


class CampaignViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {"list": _READ, "retrieve": _READ, "create": _WRITE, "update": _WRITE, "destroy": _WRITE}
    reads = {"create": CampaignIn, "update": CampaignChanges}
    answers = {
        "list": CampaignOut, "retrieve": CampaignOut, "create": CampaignOut, "update": CampaignOut, "destroy": DoneOut,
    }  # fmt: skip
    filters = CampaignFilters
    sort_fields = {
        "createdAt": "created_at", "updatedAt": "updated_at", "name": "name", "start_date": "starts_at",
        "status": ("status", "-created_at"),
    }  # fmt: skip
    default_sort = ("-created_at", "-pk")
    field_names = {"starts_at": "start_date", "ends_at": "end_date"}

    def list(self, request: Request) -> Page:
        """Campaigns, latest first unless sorted otherwise."""
        return self.list_of(campaigns)

    def retrieve(self, request: Request, campaign_id: UUID) -> Any:
        """One campaign."""
        return self.present(Question(campaign_by_id, (campaign_id,)))

    def create(self, request: Request) -> Any:
        """A new campaign: a name; the rest may follow."""
        campaign = create_campaign(**self.read())
        return self.present(Question(campaign_by_id, (campaign.pk,)))

    def update(self, request: Request, campaign_id: UUID) -> Any:
        """Change what is sent and leave the rest; null clears. A part of the plan is replaced as a whole."""
        found = self.found(campaign_by_id(campaign_id))
        change_campaign(campaign_id=found, **self.read())
        return self.present(Question(campaign_by_id, (found,)))

    def destroy(self, request: Request, campaign_id: UUID) -> Done:
        """The campaign disappears from every list."""
        delete_campaign(campaign_id=self.found(campaign_by_id(campaign_id)))
        return Done("Campaign deleted successfully")

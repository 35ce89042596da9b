"""S4 `/leads` (s4 §2)."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django_filters.filters import NumberFilter, UUIDFilter
from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.csv_files import CONTENT_TYPE, csv_of
from backoffice.dev.customers import CustomerOut
from backoffice.dev.fields import AnyObject, ClearableText, DayOrMoment, DoneOut
from crm.kernel.lookups import found_by
from crm.kernel.tenancy import Question, ScopedQuerySet
from crm.leads.selectors import customer_with_origin, lead_by_id, leads, one_lead, telling_where_it_went
from crm.leads.services import capture_lead, change_lead, convert_lead, delete_lead, explained
from crm.web.dialects import DevCrm, Done, Page
from crm.web.filters import AnyChoiceOf, FilterSet, SearchFilter, filtered
from crm.web.grants import Audience, grant
from crm.web.presenters import presenter_for
from crm.web.serializers import CsvOut, InputSerializer, JsonObject, Moment, OutputSerializer, TextOrNull
from crm.web.viewset import DialectViewSet

SOURCES = ("campaign", "website", "referral", "direct", "social", "email", "other")
STATUSES = ("new", "contacted", "qualified", "proposal", "negotiation", "converted", "lost", "won")
HIGHEST_SCORE = 100


class ScoreOut(serializers.DecimalField):
    """A number from 0 to 100; a whole one is written without decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, coerce_to_string=False, **kwargs)

    def present(self, score: Decimal) -> Decimal | int:
        return shown_score(score)


def shown_score(score: Decimal) -> Decimal | int:
    return int(score) if score == score.to_integral_value() else score.normalize()


class LeadOut(OutputSerializer):
    id = serializers.UUIDField()
    project_id = serializers.UUIDField(source="organisation_id")
    name = serializers.CharField()
    email = serializers.CharField()
    phone = TextOrNull()
    company = TextOrNull()
    source = serializers.ChoiceField(SOURCES)  # type: ignore[assignment]
    campaign_id = serializers.UUIDField(allow_null=True)
    status = serializers.ChoiceField(STATUSES)
    score = ScoreOut()
    notes = TextOrNull()
    last_contact = Moment(allow_null=True)
    custom_fields = JsonObject()
    assigned_to = serializers.UUIDField(source="assigned_to_id", allow_null=True)
    customer_id = serializers.UUIDField(allow_null=True)
    createdAt = Moment(source="created_at")  # noqa: N815 - the document's own name
    updatedAt = Moment(source="updated_at")  # noqa: N815


class ConversionOut(OutputSerializer):
    lead = LeadOut()
    customer = CustomerOut()


class ContributionOut(OutputSerializer):
    rule = serializers.CharField()
    group = serializers.CharField()
    part = serializers.ChoiceField(("fit", "engagement"))
    points = serializers.DecimalField(None, None, coerce_to_string=False, help_text="Before the cap of the group.")
    times = serializers.IntegerField(help_text="How many touches count; 1 for a field.")


class ExplanationOut(OutputSerializer):
    lead_id = serializers.UUIDField()
    score = ScoreOut(help_text="What counts: the one set by hand, else the computed one.")
    manual = ScoreOut(allow_null=True)
    computed = serializers.IntegerField()
    fit = serializers.DecimalField(None, None, coerce_to_string=False, help_text="Of 50.")
    engagement = serializers.DecimalField(None, None, coerce_to_string=False, help_text="Of 50.")
    grade = serializers.CharField()
    contributions = ContributionOut(many=True)


class LeadIn(InputSerializer):
    name = serializers.CharField(max_length=201)
    email = serializers.CharField(max_length=254)
    phone = ClearableText(max_length=40)
    company = ClearableText(max_length=200)
    source = serializers.ChoiceField(SOURCES, required=False)  # type: ignore[assignment]
    campaign_id = serializers.UUIDField(required=False, allow_null=True)
    status = serializers.ChoiceField(STATUSES, required=False)
    score = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, max_value=HIGHEST_SCORE, required=False, allow_null=True,
        help_text="Set by hand, it counts in place of the computed one; null gives that back.",
    )  # fmt: skip
    notes = ClearableText(max_length=10_000)
    last_contact = DayOrMoment()
    custom_fields = AnyObject(required=False)
    assigned_to = serializers.UUIDField(source="assigned_to_id", required=False, allow_null=True)


class LeadChanges(LeadIn):
    name = serializers.CharField(max_length=201, required=False)
    email = serializers.CharField(max_length=254, required=False)


class LeadFilters(FilterSet):
    custom_fields_of = ""

    search = SearchFilter(method="found_by", help_text="Word prefixes of name, e-mail, phone and company.")
    status = AnyChoiceOf(choices=[(word, word) for word in STATUSES], lookup_expr="in", field_name="status",
                         help_text=f"{', '.join(STATUSES)}; several by comma.")  # fmt: skip
    source = AnyChoiceOf(choices=[(word, word) for word in SOURCES], lookup_expr="in", field_name="source",
                         help_text=f"{', '.join(SOURCES)}; several by comma.")  # fmt: skip
    campaign_id = UUIDFilter(field_name="campaign_id", help_text="The id of a campaign.")
    assigned_to = UUIDFilter(field_name="assigned_to_id", help_text="The id of a member of staff.")
    score_min = NumberFilter(field_name="score", lookup_expr="gte", min_value=0, max_value=HIGHEST_SCORE,
                             help_text="The lowest score, 0 to 100.")  # fmt: skip
    score_max = NumberFilter(field_name="score", lookup_expr="lte", min_value=0, max_value=HIGHEST_SCORE,
                             help_text="The highest score, 0 to 100.")  # fmt: skip

    def found_by(self, queryset: ScopedQuerySet[Any], _name: str, search: str) -> QuerySet[Any]:
        return found_by(queryset, search)


READ = grant("crm:leads:read", Audience.KEY, Audience.STAFF)
WRITE = grant("crm:leads:write", Audience.KEY, Audience.STAFF)


class LeadViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {
        "list": READ, "retrieve": READ, "export": READ, "create": WRITE, "update": WRITE, "destroy": WRITE,
        "convert": WRITE, "score": READ,
    }  # fmt: skip
    reads = {"create": LeadIn, "update": LeadChanges}
    answers = {
        "list": LeadOut, "retrieve": LeadOut, "create": LeadOut, "update": LeadOut, "destroy": DoneOut,
        "export": CsvOut, "convert": ConversionOut, "score": ExplanationOut,
    }  # fmt: skip
    filters = LeadFilters
    sort_fields = {
        "createdAt": "created_at", "updatedAt": "updated_at", "name": "name", "email": "email_key", "score": "score",
        "status": ("status", "-created_at"), "last_contact": "last_contact",
    }  # fmt: skip
    default_sort = ("-created_at", "-pk")
    field_names = {"assigned_to_id": "assigned_to", "manual_score": "score"}

    def list(self, request: Request) -> Page:
        """Leads, latest first unless sorted otherwise."""
        return self.list_of(leads)

    def export(self, request: Request) -> HttpResponseBase:
        """All leads that the filters leave, as CSV with the record's fields for columns, latest first."""
        queryset = filtered(leads(), LeadFilters, request.query_params, self.dialect)
        rows = csv_of(presenter_for(LeadOut, self.dialect), queryset, key=("created_at", "id"))
        return self.streamed(rows, content_type=CONTENT_TYPE, filename="leads.csv")

    def retrieve(self, request: Request, lead_id: UUID) -> Any:
        """One lead. For one that was merged into another, the refusal says into which."""
        with telling_where_it_went(lead_id):
            return self.present(Question(lead_by_id, (lead_id,)))

    def create(self, request: Request) -> Any:
        """A new lead: a name and an e-mail address; the rest may follow. It may not start out as converted."""
        lead = capture_lead(**self.read())
        return self.present(Question(lead_by_id, (lead.pk,)))

    def update(self, request: Request, lead_id: UUID) -> Any:
        """Change what is sent and leave the rest; null clears, in `custom_fields` key by key."""
        found = self.found(lead_by_id(lead_id))
        change_lead(lead_id=found, **self.read(partial=True))
        return self.present(Question(lead_by_id, (found,)))

    def destroy(self, request: Request, lead_id: UUID) -> Done:
        """The lead and its interactions disappear; its address is free again."""
        delete_lead(lead_id=self.found(lead_by_id(lead_id)))
        return Done("Lead deleted successfully")

    def score(self, request: Request, lead_id: UUID) -> dict[str, Any]:
        """Why the score is what it is, computed at this moment."""
        why = explained(one_lead(lead_id))
        return {
            "lead_id": why.lead.pk,
            "score": shown_score(why.lead.score),
            "manual": None if why.manual is None else shown_score(why.manual),
            "computed": why.score.value,
            "fit": why.score.fit,
            "engagement": why.score.engagement,
            "grade": why.score.grade,
            "contributions": [asdict(one) for one in why.score.contributions],
        }

    def convert(self, request: Request, lead_id: UUID) -> dict[str, Any]:
        """The lead becomes a customer, or is linked to the one who has its e-mail address."""
        conversion = convert_lead(lead_id=self.found(lead_by_id(lead_id)))
        customer = customer_with_origin(conversion.customer.pk)
        return {
            "lead": presenter_for(LeadOut, self.dialect).one(lead_by_id(conversion.lead.pk)),
            "customer": presenter_for(CustomerOut, self.dialect).one(customer),
        }

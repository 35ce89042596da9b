"""S4 `/segments/{segmentId}/members`, ours in addition (docs/insights.md)."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.customers import STATUSES, TYPES
from backoffice.dev.segments import READ
from crm.insights.selectors import members_of, segment_by_id
from crm.kernel.lookups import found_by
from crm.kernel.tenancy import ScopedQuerySet
from crm.web.dialects import DevCrm, Page
from crm.web.filters import FilterSet, SearchFilter
from crm.web.serializers import Moment, OutputSerializer, TextOrNull
from crm.web.viewset import DialectViewSet


class MemberOut(OutputSerializer):
    id = serializers.UUIDField(source="contact_id")
    name = serializers.CharField(source="contact.name")
    email = TextOrNull(source="contact.email")
    phone = TextOrNull(source="contact.phone")
    company = TextOrNull(source="contact.company_name")
    type = serializers.ChoiceField(TYPES, source="contact.customer.type")
    status = serializers.ChoiceField(STATUSES, source="contact.customer.status")
    entered_at = Moment()


class MemberFilters(FilterSet):
    search = SearchFilter(method="found_by", help_text="Word prefixes of name, e-mail, phone and company.")

    def found_by(self, queryset: ScopedQuerySet[Any], _name: str, search: str) -> QuerySet[Any]:
        return found_by(queryset, search, path="contact__")


class SegmentMemberViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {"list": READ}
    answers = {"list": MemberOut}
    filters = MemberFilters
    sort_fields = {"entered_at": "entered_at", "name": "contact__name"}
    default_sort = ("-entered_at", "-pk")

    def list(self, request: Request, segment_id: UUID) -> Page:
        """The customers in a segment, whoever came in last first; for who may read people, too."""
        return self.list_of(members_of(self.found(segment_by_id(segment_id))))

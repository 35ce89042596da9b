"""S0 `/customers` (s0 §6)."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters.filters import CharFilter
from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.errors import ContactNotFound
from crm.contacts.selectors import customer_by_id, customers, with_email, with_phone
from crm.contacts.services import delete_contact
from crm.kernel.lookups import found_by
from crm.kernel.tenancy import Question, ScopedQuerySet
from crm.web.dialects import V1, Page
from crm.web.filters import AnyChoiceOf, AnyOf, DateFrom, DateTo, FilterSet, SearchFilter
from crm.web.grants import Audience, grant
from crm.web.serializers import Constant, InputSerializer, Mapped, Moment, OutputSerializer, PrefixedId, TextOrNull
from crm.web.viewset import DialectViewSet
from loyalty.tiers.selectors import tiers_called
from loyalty.tiers.services import admit_customer, change_customer

PREFIX = "cus_"
REASON = "set through the API"
# S0 knows two statuses; a blocked customer reads inactive (where-they-meet.md, "One person").
STATUSES = {"active": "active", "inactive": "inactive", "blocked": "inactive"}
GENDERS = ("male", "female", "other")


class CustomerOut(OutputSerializer):
    id = PrefixedId(PREFIX, source="contact_id")
    name = serializers.CharField(source="contact.name")
    email = TextOrNull(source="contact.email")
    phone = TextOrNull(source="contact.phone")
    tier = serializers.CharField(source="contact.member.standing.tier.slug")
    points_balance = Constant(0)
    status = Mapped(STATUSES)
    created_at = Moment()
    updated_at = Moment()


class TierOut(OutputSerializer):
    id = PrefixedId("tier_")
    name = serializers.CharField(source="slug")
    level = serializers.IntegerField()


class PointsOut(OutputSerializer):
    balance = Constant(0)
    lifetime_earned = Constant(0)
    lifetime_redeemed = Constant(0)


class WechatOut(OutputSerializer):
    openid = Constant(None)
    unionid = Constant(None)


class CustomerDetail(CustomerOut):
    date_of_birth = serializers.DateField(source="contact.date_of_birth", allow_null=True)
    gender = TextOrNull(source="contact.gender", help_text=", ".join(GENDERS))
    wechat = WechatOut(source="*")

    optional = {
        "tier": TierOut(source="contact.member.standing.tier"),
        "points": PointsOut(source="*"),
        "rewards": Constant([]),
        "campaigns": Constant([]),
    }


class Deleted(OutputSerializer):
    id = serializers.CharField()
    deleted = serializers.BooleanField()


class CustomerIn(InputSerializer):
    name = serializers.CharField(max_length=201)
    email = serializers.CharField(max_length=254, required=False, allow_null=True, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_null=True, allow_blank=True)
    tier = serializers.CharField(max_length=40, required=False)
    status = serializers.ChoiceField(("active", "inactive"), required=False)
    date_of_birth = serializers.DateField(required=False, allow_null=True)
    gender = serializers.ChoiceField(GENDERS, required=False, allow_null=True)


class CustomerFilters(FilterSet):
    custom_fields_of = "contact__"

    tier = AnyOf(method="in_tiers", help_text="Tiers by comma, such as gold,platinum.")
    status = AnyChoiceOf(method="with_statuses", choices=[(word, word) for word in ("active", "inactive")],
                         help_text="active, inactive, or both by comma.")  # fmt: skip
    email = CharFilter(method="with_email", help_text="The whole address, in any case.")
    phone = CharFilter(method="with_phone", help_text="The whole number; its digits are compared.")
    search = SearchFilter(method="found_by", help_text="Word prefixes of name, e-mail, phone and company.")
    date_from = DateFrom("created_at")
    date_to = DateTo("created_at")

    def in_tiers(self, queryset: QuerySet[Any], _name: str, slugs: list[str]) -> QuerySet[Any]:
        return queryset.filter(contact__member__standing__tier__in=tiers_called(*slugs))

    def with_statuses(self, queryset: QuerySet[Any], _name: str, words: list[str]) -> QuerySet[Any]:
        return queryset.filter(status__in=[stored for stored, word in STATUSES.items() if word in words])

    def with_email(self, queryset: ScopedQuerySet[Any], _name: str, email: str) -> QuerySet[Any]:
        return with_email(queryset, email, path="contact__")

    def with_phone(self, queryset: ScopedQuerySet[Any], _name: str, phone: str) -> QuerySet[Any]:
        return with_phone(queryset, phone, path="contact__")

    def found_by(self, queryset: ScopedQuerySet[Any], _name: str, search: str) -> QuerySet[Any]:
        return found_by(queryset, search, path="contact__")


_READ = grant("auth:members:read", Audience.KEY, Audience.STAFF)
_WRITE = grant("auth:members:write", Audience.KEY, Audience.STAFF)


class CustomerViewSet(DialectViewSet):
    dialect = V1()
    grants = {
        "list": _READ, "retrieve": _READ, "create": _WRITE, "partial_update": _WRITE, "destroy": _WRITE,
        "me": grant("auth:me:read", Audience.MEMBER),
    }  # fmt: skip
    reads = {"create": CustomerIn, "partial_update": CustomerIn}
    answers = {
        "list": CustomerOut, "retrieve": CustomerDetail, "create": CustomerDetail, "partial_update": CustomerDetail,
        "destroy": Deleted, "me": CustomerDetail,
    }  # fmt: skip
    filters = CustomerFilters
    sort_fields = {
        "created_at": "created_at", "updated_at": "updated_at", "status": ("status", "-created_at"),
        "name": "contact__name", "email": "contact__email_key",
    }  # fmt: skip
    default_sort = ("-created_at", "-contact_id")
    sort_key = "contact_id"

    def list(self, request: Request) -> Page:
        """Customers, latest first unless sorted otherwise."""
        return self.list_of(customers)

    def retrieve(self, request: Request, customer_id: str) -> Any:
        """One customer; `include` adds points, tier, rewards and campaigns."""
        record = Question(customer_by_id, (read_id(customer_id),))
        return self.present(record, self.included(record))

    def me(self, request: Request) -> Any:
        """The customer whose token this is; `include` as for one customer."""
        return self.present(Question(customer_by_id, (self.caller.id,)), self.included())

    def create(self, request: Request) -> Any:
        """A new customer: a name, and an e-mail address or a phone."""
        include = self.included()
        customer = admit_customer(reason=REASON, **self.read())
        return self.present(Question(customer_by_id, (customer.pk,)), include)

    def partial_update(self, request: Request, customer_id: str) -> Any:
        """Change what is sent and leave the rest; null clears."""
        contact_id, include = self.found(customer_by_id(read_id(customer_id))), self.included()
        values = without_unblocking(contact_id, self.read(partial=True))
        change_customer(contact_id=contact_id, reason=REASON, **values)
        return self.present(Question(customer_by_id, (contact_id,)), include)

    def destroy(self, request: Request, customer_id: str) -> dict[str, Any]:
        """The customer disappears from every API; their address is free again."""
        contact_id = self.found(customer_by_id(read_id(customer_id)))
        delete_contact(contact_id=contact_id)
        return {"id": f"{PREFIX}{contact_id}", "deleted": True}


def without_unblocking(contact_id: UUID, values: dict[str, Any]) -> dict[str, Any]:
    """`inactive` is S0's word for blocked, too: who is blocked stays so when it is sent."""
    reads_so = values.get("status") == "inactive" and customer_by_id(contact_id).filter(status="blocked").exists()
    return {name: value for name, value in values.items() if not (reads_so and name == "status")}


def read_id(text: str) -> UUID:
    """An id with or without its prefix; raises ContactNotFound when it has not the form of one."""
    try:
        return UUID(text.removeprefix(PREFIX))
    except ValueError:
        raise ContactNotFound from None

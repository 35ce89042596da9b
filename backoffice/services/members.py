"""S1 members (s1 §2): all of them for staff and keys, one's own record for a member."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters.filters import ChoiceFilter, UUIDFilter
from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.errors import ContactNotFound
from crm.contacts.selectors import active_customers, customer_by_id, customers
from crm.contacts.services import delete_contact, update_customer
from crm.kernel.lookups import found_by
from crm.kernel.tenancy import Question, ScopedQuerySet
from crm.web.dialects import Page, Services
from crm.web.filters import FilterSet, SearchFilter
from crm.web.grants import Audience, grant
from crm.web.serializers import Constant, InputSerializer, JsonObject, Moment, OutputSerializer, TextOrNull
from crm.web.viewset import DialectViewSet

ACTIVE, INACTIVE = "active", "inactive"
GENDERS = ("male", "female", "other")
YES_NO = [("true", "true"), ("false", "false")]


class IsActive(serializers.BooleanField):
    """A customer's status: whoever is inactive or blocked is not active."""

    def present(self, value: str) -> bool:
        return value == ACTIVE


class TierOut(OutputSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    level = serializers.IntegerField()


class MemberOut(OutputSerializer):
    id = serializers.UUIDField(source="contact_id")
    name = serializers.CharField(source="contact.name")
    firstName = TextOrNull(source="contact.first_name")
    lastName = TextOrNull(source="contact.last_name")
    email = TextOrNull(source="contact.email")
    phone = TextOrNull(source="contact.phone")
    gender = TextOrNull(source="contact.gender", help_text=", ".join(GENDERS))
    dateOfBirth = serializers.DateField(source="contact.date_of_birth", allow_null=True)
    language = TextOrNull(source="contact.language")
    isActive = IsActive(source="status")
    tier = TierOut(source="contact.member.standing.tier")
    pointAmount = Constant(0)
    emailOptOut = serializers.BooleanField(source="contact.email_opt_out")
    smsOptOut = serializers.BooleanField(source="contact.sms_opt_out")
    customFields = JsonObject(source="contact.custom_fields")
    createdAt = Moment(source="created_at")
    updatedAt = Moment(source="updated_at")
    deletedAt = Constant(None)


class Deleted(OutputSerializer):
    id = serializers.UUIDField()
    deleted = serializers.BooleanField()


def _text(longest: int, **options: Any) -> serializers.CharField:
    return serializers.CharField(max_length=longest, required=False, allow_null=True, allow_blank=True, **options)


class MeIn(InputSerializer):
    """What a member may write of their own record."""

    name = serializers.CharField(max_length=201, required=False)
    gender = serializers.ChoiceField(GENDERS, required=False, allow_null=True)
    dateOfBirth = serializers.DateField(source="date_of_birth", required=False, allow_null=True)
    phone = _text(40)
    language = _text(10)
    emailOptOut = serializers.BooleanField(source="email_opt_out", required=False)
    smsOptOut = serializers.BooleanField(source="sms_opt_out", required=False)


class MemberIn(MeIn):
    firstName = _text(100, source="first_name")
    lastName = _text(100, source="last_name")
    email = _text(254)
    isActive = serializers.BooleanField(required=False)


class MemberFilters(FilterSet):
    search = SearchFilter(method="found_by", help_text="Word prefixes of name, e-mail, phone and company.")
    tierId = UUIDFilter("contact__member__standing__tier", help_text="The id of a tier.")
    isActive = ChoiceFilter(method="being_active", choices=YES_NO, help_text="true, or false for those who are not.")
    includeInActive = ChoiceFilter(
        method="as_they_are", choices=YES_NO, help_text="true: those who are not active, too."
    )

    def found_by(self, queryset: ScopedQuerySet[Any], _name: str, search: str) -> QuerySet[Any]:
        return found_by(queryset, search, path="contact__")

    def being_active(self, queryset: QuerySet[Any], _name: str, answer: str) -> QuerySet[Any]:
        return queryset.filter(status=ACTIVE) if answer == "true" else queryset.exclude(status=ACTIVE)

    def as_they_are(self, queryset: QuerySet[Any], _name: str, _answer: str) -> QuerySet[Any]:
        """Decided by the list, which leaves out who is not active unless it is asked."""
        return queryset


_READ = grant("auth:members:read", Audience.KEY, Audience.STAFF)
_WRITE = grant("auth:members:write", Audience.KEY, Audience.STAFF)


class MemberViewSet(DialectViewSet):
    dialect = Services()
    grants = {
        "list": _READ, "retrieve": _READ, "partial_update": _WRITE, "destroy": _WRITE,
        "me": grant("auth:me:read", Audience.MEMBER), "change_me": grant("auth:me:write", Audience.MEMBER),
    }  # fmt: skip
    reads = {"partial_update": MemberIn, "change_me": MeIn}
    answers = {
        "list": MemberOut, "retrieve": MemberOut, "partial_update": MemberOut, "destroy": Deleted, "me": MemberOut,
        "change_me": MemberOut,
    }  # fmt: skip
    filters = MemberFilters
    sort_fields = {
        "createdAt": "created_at", "updatedAt": "updated_at", "name": "contact__name", "email": "contact__email_key",
    }  # fmt: skip
    default_sort = ("-created_at", "-contact_id")
    sort_key = "contact_id"
    field_names = {"first_name": "firstName", "last_name": "lastName", "date_of_birth": "dateOfBirth"}

    def list(self, request: Request) -> Page:
        """Members who are active, latest first, unless asked otherwise."""
        asked = request.query_params
        everybody = asked.get("includeInActive") == "true" or asked.get("isActive")
        return self.list_of(customers if everybody else active_customers)

    def retrieve(self, request: Request, member_id: str) -> Any:
        """One member, active or not."""
        return self.present(Question(customer_by_id, (read_id(member_id),)))

    def partial_update(self, request: Request, member_id: str) -> Any:
        """Change what is sent and leave the rest; null clears. Whoever is not active any more is out at once."""
        contact_id = self.found(customer_by_id(read_id(member_id)))
        return self._changed(contact_id, with_status(contact_id, self.read(partial=True)))

    def destroy(self, request: Request, member_id: str) -> dict[str, Any]:
        """The member disappears from every API; their address is free again."""
        contact_id = self.found(customer_by_id(read_id(member_id)))
        delete_contact(contact_id=contact_id)
        return {"id": contact_id, "deleted": True}

    def me(self, request: Request) -> Any:
        """The member whose token this is."""
        return self.present(Question(customer_by_id, (self.caller.id,)))

    def change_me(self, request: Request) -> Any:
        """Change of one's own record what is sent, and leave the rest; null clears."""
        return self._changed(self.caller.id, self.read(partial=True))

    def _changed(self, contact_id: UUID, values: Any) -> Any:
        update_customer(contact_id=contact_id, **values)
        return self.present(Question(customer_by_id, (contact_id,)))


def with_status(contact_id: UUID, values: dict[str, Any]) -> dict[str, Any]:
    """`isActive` as a status. Who is blocked is not active already, and stays blocked when that is sent."""
    active = values.pop("isActive", None)
    if active is None:
        return values
    stays = not active and customer_by_id(contact_id).filter(status="blocked").exists()
    return values if stays else {**values, "status": ACTIVE if active else INACTIVE}


def read_id(text: str) -> UUID:
    """Raises ContactNotFound when it has not the form of an id."""
    try:
        return UUID(text)
    except ValueError:
        raise ContactNotFound from None

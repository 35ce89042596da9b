"""S4 `/customers` (s4 §3)."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django_filters.filters import UUIDFilter
from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.csv_files import CONTENT_TYPE, csv_of
from backoffice.dev.fields import AnyObject, ClearableText, DoneOut
from crm.contacts.selectors import customer_by_id, telling_where_they_went
from crm.kernel.lookups import found_by
from crm.kernel.tenancy import Question, ScopedQuerySet
from crm.leads.selectors import customer_with_origin, customers_with_origin
from crm.leads.services import note_origin
from crm.orders.services import remove_customer_without_orders
from crm.web.dialects import DevCrm, Done, Page
from crm.web.filters import AnyChoiceOf, FilterSet, SearchFilter, filtered
from crm.web.grants import Audience, grant
from crm.web.money import MoneyIn, MoneyOut
from crm.web.presenters import presenter_for
from crm.web.serializers import CsvOut, InputSerializer, JsonObject, Moment, OutputSerializer, TextOrNull
from crm.web.viewset import DialectViewSet
from loyalty.tiers.services import admit_customer, change_customer

TYPES = ("individual", "business")
STATUSES = ("active", "inactive", "blocked")


class CustomerOut(OutputSerializer):
    id = serializers.UUIDField(source="contact_id")
    project_id = serializers.UUIDField(source="organisation_id")
    name = serializers.CharField(source="contact.name")
    email = TextOrNull(source="contact.email")
    phone = TextOrNull(source="contact.phone")
    company = TextOrNull(source="contact.company_name")
    type = serializers.ChoiceField(TYPES)
    status = serializers.ChoiceField(STATUSES)
    billing_address = TextOrNull()
    shipping_address = TextOrNull()
    payment_terms = TextOrNull()
    credit_limit = MoneyOut(currency="organisation.currency", allow_null=True)
    tax_id = TextOrNull()
    notes = TextOrNull()
    custom_fields = JsonObject(source="contact.custom_fields")
    assigned_to = serializers.UUIDField(source="assigned_to_id", allow_null=True)
    lead_id = serializers.UUIDField(allow_null=True)
    createdAt = Moment(source="created_at")  # noqa: N815 - the document's own name
    updatedAt = Moment(source="updated_at")  # noqa: N815


class CustomerIn(InputSerializer):
    name = serializers.CharField(max_length=201)
    email = serializers.CharField(max_length=254)
    lead_id = serializers.UUIDField(required=False, allow_null=True)
    phone = ClearableText(max_length=40)
    company = ClearableText(max_length=200, source="company_name")
    type = serializers.ChoiceField(TYPES, required=False)
    status = serializers.ChoiceField(STATUSES, required=False)
    billing_address = ClearableText(max_length=500)
    shipping_address = ClearableText(max_length=500)
    payment_terms = ClearableText(max_length=100)
    credit_limit = MoneyIn(required=False, allow_null=True, min_value=0)
    tax_id = ClearableText(max_length=64)
    notes = ClearableText(max_length=10_000)
    custom_fields = AnyObject(required=False)
    assigned_to = serializers.UUIDField(source="assigned_to_id", required=False, allow_null=True)


class CustomerChanges(CustomerIn):
    name = serializers.CharField(max_length=201, required=False)
    email = serializers.CharField(max_length=254, required=False)


class CustomerFilters(FilterSet):
    custom_fields_of = "contact__"

    search = SearchFilter(method="found_by", help_text="Word prefixes of name, e-mail, phone and company.")
    status = AnyChoiceOf(choices=[(word, word) for word in STATUSES], lookup_expr="in", field_name="status",
                         help_text=f"{', '.join(STATUSES)}; several by comma.")  # fmt: skip
    type = AnyChoiceOf(choices=[(word, word) for word in TYPES], lookup_expr="in", field_name="type",
                       help_text=f"{', '.join(TYPES)}; several by comma.")  # fmt: skip
    assigned_to = UUIDFilter(field_name="assigned_to_id", help_text="The id of a member of staff.")

    def found_by(self, queryset: ScopedQuerySet[Any], _name: str, search: str) -> QuerySet[Any]:
        return found_by(queryset, search, path="contact__")


READ = grant("auth:members:read", Audience.KEY, Audience.STAFF)
WRITE = grant("auth:members:write", Audience.KEY, Audience.STAFF)


class CustomerViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {
        "list": READ, "retrieve": READ, "export": READ, "create": WRITE, "update": WRITE, "destroy": WRITE,
    }  # fmt: skip
    reads = {"create": CustomerIn, "update": CustomerChanges}
    answers = {
        "list": CustomerOut, "retrieve": CustomerOut, "create": CustomerOut, "update": CustomerOut, "destroy": DoneOut,
        "export": CsvOut,
    }  # fmt: skip
    filters = CustomerFilters
    sort_fields = {
        "createdAt": "created_at", "updatedAt": "updated_at", "status": ("status", "-created_at"),
        "name": "contact__name", "email": "contact__email_key",
    }  # fmt: skip
    default_sort = ("-created_at", "-contact_id")
    sort_key = "contact_id"
    field_names = {"company_name": "company"}

    def list(self, request: Request) -> Page:
        """Customers, latest first unless sorted otherwise."""
        return self.list_of(customers_with_origin)

    def export(self, request: Request) -> HttpResponseBase:
        """All customers that the filters leave, as CSV with the record's fields for columns, latest first."""
        queryset = filtered(customers_with_origin(), CustomerFilters, request.query_params, self.dialect)
        rows = csv_of(presenter_for(CustomerOut, self.dialect), queryset, key=("created_at", "contact_id"))
        return self.streamed(rows, content_type=CONTENT_TYPE, filename="customers.csv")

    def retrieve(self, request: Request, customer_id: UUID) -> Any:
        """One customer. For who was merged into another, the refusal says into whom."""
        with telling_where_they_went(customer_id):
            return self.present(Question(customer_with_origin, (customer_id,)))

    def create(self, request: Request) -> Any:
        """A new customer: a name and an e-mail address; the rest may follow."""
        values = self.read()
        origin = values.pop("lead_id", None)
        customer = admit_customer(**values)
        note_origin(lead_id=origin, customer_id=customer.pk)
        return self.present(Question(customer_with_origin, (customer.pk,)))

    def update(self, request: Request, customer_id: UUID) -> Any:
        """Change what is sent and leave the rest; null clears, in `custom_fields` key by key."""
        contact_id = self.found(customer_by_id(customer_id))
        values = self.read(partial=True)
        note_origin(lead_id=values.pop("lead_id", None), customer_id=contact_id)
        change_customer(contact_id=contact_id, **values)
        return self.present(Question(customer_with_origin, (contact_id,)))

    def destroy(self, request: Request, customer_id: UUID) -> Done:
        """The customer disappears from every API; their address is free again. Not for who has orders: 409."""
        remove_customer_without_orders(contact_id=self.found(customer_by_id(customer_id)))
        return Done("Customer deleted successfully")

"""S2 `/contacts/{id}/accounts` and `/accounts/{id}`: what one is billed to (s2 §B6)."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from rest_framework import serializers
from rest_framework.request import Request

from crm.orders.errors import AccountNotFound
from crm.orders.selectors import accounts_of
from crm.orders.services import change_account, open_account
from crm.web.dialects import Page
from crm.web.serializers import Constant, InputSerializer, JsonObject, Moment, OutputSerializer
from crm.web.viewset import DialectViewSet
from selfservice.v1.contacts import ContactCode
from selfservice.v1.fields import Upper
from selfservice.v1.own import READ, WRITE, OwnViewSet, id_in

STATUSES = ("ACTIVE", "SUSPENDED", "TERMINATED")


class AccountOut(OutputSerializer):
    id = serializers.UUIDField()
    number = ContactCode(source="id")
    name = serializers.CharField()
    currency_id = serializers.CharField(source="currency")
    is_primary = serializers.BooleanField()
    status = Upper(STATUSES)
    # Nothing is booked to an account yet.
    balance = Constant("0")
    spend_preferences = JsonObject()
    next_purchase_spend_preference = serializers.JSONField()
    created_on = Moment(source="created_at")


class AccountIn(InputSerializer):
    name = serializers.CharField(max_length=100)
    currency_id = serializers.CharField(max_length=3)
    is_primary = serializers.BooleanField(default=False)


class AccountChangeIn(InputSerializer):
    status = Upper(STATUSES, required=False)
    # Numbers with a point are read exactly, which plain JSON does not know how to write.
    spend_preferences = serializers.JSONField(required=False, allow_null=True, encoder=DjangoJSONEncoder)
    next_purchase_spend_preference = serializers.JSONField(
        required=False, allow_null=True, encoder=DjangoJSONEncoder, help_text="A word, or an object."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Null clears."""
        return {name: {} if value is None else value for name, value in attrs.items()}


class AccountIdOut(OutputSerializer):
    id = serializers.UUIDField()


class OwnAccountViewSet(OwnViewSet):
    grants = {"list": READ, "open": WRITE}
    reads = {"open": AccountIn}
    answers = {"list": AccountOut, "open": AccountIdOut}
    field_names = {"currency": "currency_id"}
    sort_fields = {"CREATED_DATE": "created_at"}
    default_sort = ("-is_primary", "created_at", "pk")

    def list(self, request: Request, contact_id: str) -> Page:
        """One's own accounts, the primary one first."""
        return self.list_of(accounts_of(self.caller.id))

    def open(self, request: Request, contact_id: str) -> Any:
        """Another account. The first is primary; one that is to be primary takes that from the former."""
        given = self.read()
        account = open_account(
            contact_id=self.caller.id, name=given["name"], currency=given["currency_id"], is_primary=given["is_primary"]
        )
        return {"id": str(account.pk)}


class AccountViewSet(DialectViewSet):
    dialect = OwnViewSet.dialect
    grants = {"retrieve": READ, "update": WRITE}
    reads = {"update": AccountChangeIn}
    answers = {"retrieve": AccountOut, "update": AccountIdOut}

    def retrieve(self, request: Request, account_id: str) -> Any:
        """One of one's own accounts."""
        return self.present(accounts_of(self.caller.id).filter(pk=id_in(account_id, AccountNotFound)))

    def update(self, request: Request, account_id: str) -> Any:
        """Change what is sent and leave the rest; null clears a preference."""
        wanted = id_in(account_id, AccountNotFound)
        return {"id": str(change_account(contact_id=self.caller.id, account_id=wanted, **self.read()).pk)}

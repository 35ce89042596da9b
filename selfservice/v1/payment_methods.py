"""S2 `/contacts/{id}/payment_methods`: the cards and bank accounts by which one pays (s2 §B6).

A card's number is refused before anything else looks at it: apps send it to the payment gateway, and its token here.
"""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from crm.orders.errors import CardNumberSent, PaymentMethodNotFound, UnknownAccount
from crm.orders.selectors import accounts_paid_by, payment_methods_of
from crm.orders.services import add_payment_method, change_payment_method, remove_payment_method
from crm.web.dialects import Page
from crm.web.serializers import Alternative, InputSerializer, Mapped, Moment, OutputSerializer, RowsOf
from selfservice.v1.own import READ, WRITE, OwnViewSet, id_in

KINDS = {"card": "CARD", "bank": "BANK"}
# The words of clients for the two of them.
TYPES = {
    "CARD": "card", "CREDIT_CARD": "card", "DEBIT_CARD": "card",
    "BANK": "bank", "BANK_ACCOUNT": "bank", "ACCOUNT_DEBIT": "bank", "DIRECT_DEBIT": "bank",
    "ELECTRONIC_PAYMENT": "bank", "ELECTRONIC_TRANSFER": "bank",
}  # fmt: skip
WORDS = tuple(TYPES)
MOST_ACCOUNTS, LONGEST_TOKEN = 20, 4096
# What of a number may be printed on a receipt: anything longer is a number.
SHOWN = 4


class NeverTaken(Alternative, serializers.CharField):
    """A card's number or security code. Masked down to its last four digits it is let through, and not looked at."""

    most_digits = SHOWN

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_blank=True, allow_null=True, write_only=True, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if sum(char.isdigit() for char in str(data)) > self.most_digits:
            raise serializers.ValidationError(str(CardNumberSent.message))
        return ""


class SecurityCode(NeverTaken):
    most_digits = 0


class PaidOut(OutputSerializer):
    id = serializers.UUIDField(source="account_id")
    name = serializers.CharField(source="account.name")


class CardOut(OutputSerializer):
    name = serializers.CharField(source="holder")
    brand = serializers.CharField()
    last_4_digits = serializers.CharField(source="last_digits")
    expiration_month = serializers.IntegerField(source="expires_month", allow_null=True)
    expiration_year = serializers.IntegerField(source="expires_year", allow_null=True)


class BankOut(OutputSerializer):
    account_name = serializers.CharField(source="holder")
    bank_name = serializers.CharField()
    bic = serializers.CharField()
    last_4_digits = serializers.CharField(source="last_digits")


class PaymentMethodOut(OutputSerializer):
    """Without the account's number and the gateway's token. `card` or `bank_details` is null: _shown()."""

    id = serializers.UUIDField()
    payment_method_type = Mapped(KINDS, source="kind")
    card = CardOut(source="*", allow_null=True)
    bank_details = BankOut(source="*", allow_null=True)
    accounts = RowsOf(PaidOut(), rows=accounts_paid_by, of="payment_method_id")
    notes = serializers.CharField()
    created_on = Moment(source="created_at")


class CardIn(InputSerializer):
    number = NeverTaken()
    card_number = NeverTaken()
    cvv = SecurityCode()
    cvc = SecurityCode()
    name = serializers.CharField(source="holder", max_length=100, required=False, allow_blank=True)
    brand = serializers.CharField(max_length=30, required=False, allow_blank=True)
    last_4_digits = serializers.CharField(source="last_digits", max_length=4, required=False)
    expiration_month = serializers.IntegerField(
        source="expires_month", min_value=1, max_value=12, required=False, allow_null=True
    )
    expiration_year = serializers.IntegerField(
        source="expires_year", min_value=2000, max_value=2199, required=False, allow_null=True
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        never = ("number", "card_number", "cvv", "cvc")
        return {name: value for name, value in attrs.items() if name not in never}


class BankIn(InputSerializer):
    account_name = serializers.CharField(source="holder", max_length=100, required=False, allow_blank=True)
    bank_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    bic = serializers.CharField(max_length=11, required=False, allow_blank=True)
    iban = serializers.CharField(max_length=50, required=False)
    account_number = serializers.CharField(max_length=50, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        numbers = [attrs.pop(name) for name in ("iban", "account_number") if name in attrs]
        return attrs | ({"number": numbers[0]} if numbers else {})


class PaymentMethodIn(InputSerializer):
    payment_method_type = serializers.ChoiceField(WORDS)
    accounts = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, max_length=MOST_ACCOUNTS
    )
    card = CardIn(required=False)
    bank_details = BankIn(required=False)
    payment_gateway_token = serializers.CharField(max_length=LONGEST_TOKEN, required=False, trim_whitespace=False)
    notes = serializers.CharField(max_length=1_000, required=False, allow_blank=True)


class PaymentMethodChangeIn(PaymentMethodIn):
    payment_method_type = serializers.ChoiceField(WORDS, required=False)


class PaymentMethodIdOut(OutputSerializer):
    id = serializers.UUIDField()


class PaymentMethodViewSet(OwnViewSet):
    grants = {"list": READ, "add": WRITE, "update": WRITE, "remove": WRITE}
    reads = {"add": PaymentMethodIn, "update": PaymentMethodChangeIn}
    answers = {"list": PaymentMethodOut, "add": PaymentMethodIdOut, "update": PaymentMethodIdOut}
    sort_fields = {"CREATED_DATE": "created_at"}
    default_sort = ("created_at", "pk")
    field_names = {
        "kind": "payment_method_type", "account_ids": "accounts", "gateway_token": "payment_gateway_token",
        "last_digits": "card.last_4_digits", "expires_month": "card.expiration_month", "bank": "bank_details",
        "expires_year": "card.expiration_year", "card.holder": "card.name", "bank.holder": "bank_details.account_name",
        "bank.bank_name": "bank_details.bank_name", "bank.bic": "bank_details.bic", "bank.number": "bank_details.iban",
        "card.last_digits": "card.last_4_digits",
    }  # fmt: skip

    def list(self, request: Request, contact_id: str) -> Page:
        """By what one pays, the oldest first."""
        page = self.list_of(payment_methods_of(self.caller.id))
        return Page([_shown(row) for row in page.items], page.number, page.size, page.total)

    def add(self, request: Request, contact_id: str) -> Any:
        """Another card or bank account. A card's number is refused: send its last four digits and a gateway's token."""
        given = self.read()
        kind = TYPES[given.pop("payment_method_type")]
        return {"id": str(add_payment_method(contact_id=self.caller.id, kind=kind, **_values(given)).pk)}

    def update(self, request: Request, contact_id: str, payment_method_id: str) -> Any:
        """Change what is sent and leave the rest; `accounts` takes the place of those before."""
        given = self.read()
        method = change_payment_method(
            contact_id=self.caller.id, payment_method_id=id_in(payment_method_id, PaymentMethodNotFound),
            kind=TYPES.get(given.pop("payment_method_type", "")), **_values(given),
        )  # fmt: skip
        return {"id": str(method.pk)}

    def remove(self, request: Request, contact_id: str, payment_method_id: str) -> None:
        """It is gone, with its token; the answer is empty."""
        wanted = id_in(payment_method_id, PaymentMethodNotFound)
        remove_payment_method(contact_id=self.caller.id, payment_method_id=wanted)


def _values(given: dict[str, Any]) -> dict[str, Any]:
    """What was sent, in the domain's words."""
    names = {"bank_details": "bank", "payment_gateway_token": "gateway_token"}
    values = {names.get(name, name): value for name, value in given.items() if name != "accounts"}
    return values | ({"account_ids": [_account_id(text) for text in given["accounts"]]} if "accounts" in given else {})


def _account_id(text: str) -> UUID:
    """Raises UnknownAccount for what is no id at all, too."""
    try:
        return UUID(text)
    except ValueError:
        raise UnknownAccount from None


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    other = "bank_details" if row["payment_method_type"] == "CARD" else "card"
    return row | {other: None}

"""Cards and bank accounts by which customers pay: kept as far as may be, under their customer's lock."""

from collections.abc import Collection, Mapping
from typing import Any, TypedDict, Unpack
from uuid import UUID

from crm.kernel.changes import check_row
from crm.kernel.clock import now
from crm.kernel.errors import Invalid
from crm.kernel.events import record
from crm.kernel.sealing import new_wrapped_key, seal
from crm.kernel.transactions import atomic
from crm.orders.errors import (
    OtherPaymentKind,
    PaymentDetailsMissing,
    PaymentMethodNotFound,
    TooManyPaymentMethods,
    UnknownAccount,
)
from crm.orders.events import PaymentMethodAdded, PaymentMethodChanged, PaymentMethodRemoved
from crm.orders.models import (
    MOST_PAYMENT_METHODS,
    AccountStatus,
    BillingAccount,
    PaymentKind,
    PaymentMethod,
    PaymentMethodAccount,
)
from crm.orders.services.customers import hold_customers, ordering_customer
from crm.orders.services.payment_details import bank_number, ensure_four_digits, ensure_no_card_number, last_digits


class CardValues(TypedDict, total=False):
    holder: str
    brand: str
    last_digits: str
    expires_month: int | None
    expires_year: int | None


class BankValues(TypedDict, total=False):
    """`number` is an IBAN or any other account number; it is sealed."""

    holder: str
    bank_name: str
    bic: str
    number: str


class PaymentMethodValues(TypedDict, total=False):
    """What may be written of a method; a key that is absent leaves its field alone. `gateway_token` is sealed."""

    card: CardValues
    bank: BankValues
    gateway_token: str
    notes: str
    account_ids: Collection[UUID]


@atomic
def add_payment_method(*, contact_id: UUID, kind: str, **values: Unpack[PaymentMethodValues]) -> PaymentMethod:
    """Another way to pay, for the accounts that are named.

    Raises UnknownCustomer, CustomerBlocked, TooManyPaymentMethods, PaymentDetailsMissing, CardNumberSent,
    OtherPaymentKind, UnknownAccount, Invalid.
    """
    customer = ordering_customer(contact_id)
    if PaymentMethod.objects.filter(customer=customer).count() >= MOST_PAYMENT_METHODS:
        raise TooManyPaymentMethods
    method = PaymentMethod(customer=customer, kind=kind, wrapped_key=new_wrapped_key(), created_at=now())
    _write(method, values)
    method.save(force_insert=True)
    _pay_for(method, values.get("account_ids", ()))
    record(PaymentMethodAdded(payment_method_id=method.pk, contact_id=customer.pk, kind=kind))
    return method


@atomic
def change_payment_method(
    *, contact_id: UUID, payment_method_id: UUID, kind: str | None = None, **values: Unpack[PaymentMethodValues]
) -> PaymentMethod:
    """Write a way to pay of this customer; what is not given stays. Its kind stays, too; it may be said again.

    Raises PaymentMethodNotFound, for somebody else's too, PaymentDetailsMissing, CardNumberSent, OtherPaymentKind,
    UnknownAccount, Invalid.
    """
    method = _locked(contact_id, payment_method_id)
    if kind is not None and kind != method.kind:
        raise OtherPaymentKind
    if not values:
        return method
    _write(method, values)
    method.save()
    if "account_ids" in values:
        PaymentMethodAccount.objects.filter(payment_method=method).delete()
        _pay_for(method, values["account_ids"])
    record(PaymentMethodChanged(payment_method_id=method.pk, contact_id=contact_id))
    return method


@atomic
def remove_payment_method(*, contact_id: UUID, payment_method_id: UUID) -> None:
    """It is gone, with all that was sealed. Raises PaymentMethodNotFound, for somebody else's too."""
    method = _locked(contact_id, payment_method_id)
    record(PaymentMethodRemoved(payment_method_id=method.pk, contact_id=contact_id))
    method.delete()


@atomic
def forget_payment_methods(*, contact_id: UUID) -> None:
    """All of somebody who leaves, which tells of them, too. Whoever asks holds their lock."""
    PaymentMethod.objects.filter(customer_id=contact_id).delete()


def _locked(contact_id: UUID, payment_method_id: UUID) -> PaymentMethod:
    hold_customers([contact_id])
    method = PaymentMethod.objects.for_update().filter(pk=payment_method_id, customer_id=contact_id).first()
    if method is None:
        raise PaymentMethodNotFound
    return method


def _write(method: PaymentMethod, values: Mapping[str, Any]) -> None:
    ensure_no_card_number(values)
    other = "bank" if method.kind == PaymentKind.CARD else "card"
    if values.get(other):
        raise OtherPaymentKind(field=other)
    if "gateway_token" in values:
        token = seal(method.wrapped_key, values["gateway_token"], context=method.seal_context("token"))
        method.sealed_token = token
    if "notes" in values:
        method.notes = values["notes"]
    if method.kind == PaymentKind.CARD:
        _write_card(method, values.get("card", {}))
    else:
        _write_bank(method, values.get("bank", {}))
    method.updated_at = now()
    check_row(method, exclude=("customer",))


def _write_card(method: PaymentMethod, card: CardValues) -> None:
    for field, value in card.items():
        setattr(method, field, value)
    if (method.expires_month is None) != (method.expires_year is None):
        missing = "expires_year" if method.expires_year is None else "expires_month"
        raise Invalid("Enter month and year, or neither.", field=missing)
    if method.last_digits:
        ensure_four_digits(method.last_digits)
    elif not method.sealed_token:
        raise PaymentDetailsMissing(field="last_digits")


def _write_bank(method: PaymentMethod, bank: BankValues) -> None:
    for field in ("holder", "bank_name", "bic"):
        if field in bank:
            setattr(method, field, bank[field])
    if "number" in bank:
        number = bank_number(bank["number"])
        method.sealed_number = seal(method.wrapped_key, number, context=method.seal_context("number"))
        method.last_digits = last_digits(number)
    if not method.sealed_number and not method.sealed_token:
        raise PaymentDetailsMissing(field="bank.number")


def _pay_for(method: PaymentMethod, account_ids: Collection[UUID]) -> None:
    """Raises UnknownAccount when one is not the customer's own, or is terminated."""
    wanted = set(account_ids)
    own = BillingAccount.objects.filter(customer_id=method.customer_id, pk__in=wanted)
    found = own.exclude(status=AccountStatus.TERMINATED)
    accounts = list(found.order_by("pk"))
    if len(accounts) != len(wanted):
        raise UnknownAccount
    PaymentMethodAccount.objects.bulk_create(
        [PaymentMethodAccount(payment_method=method, account=account) for account in accounts]
    )

"""The accounts that customers are billed to: opened and changed under their customer's lock, so that one is primary."""

import json
from collections.abc import Mapping
from typing import Any, TypedDict, Unpack
from uuid import UUID

from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.errors import Invalid
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.orders.errors import AccountNotFound, IllegalAccountMove, TooManyAccounts
from crm.orders.events import AccountChanged, AccountOpened
from crm.orders.models import ACCOUNT_MOVES, MOST_ACCOUNTS, BillingAccount
from crm.orders.services.customers import hold_customers, ordering_customer

LONGEST_PREFERENCES = 2_000


class AccountValues(TypedDict, total=False):
    """What may be written of an account; a key that is absent leaves its field alone."""

    status: str
    spend_preferences: Mapping[str, Any]
    next_purchase_spend_preference: Mapping[str, Any] | str


@atomic
def open_account(*, contact_id: UUID, name: str, currency: str, is_primary: bool = False) -> BillingAccount:
    """Another account of a customer. The first one is primary whatever is said; one that is to be primary takes that
    from the former.

    Raises UnknownCustomer, CustomerBlocked, TooManyAccounts, Invalid.
    """
    customer = ordering_customer(contact_id)
    own = BillingAccount.objects.filter(customer=customer)
    if own.count() >= MOST_ACCOUNTS:
        raise TooManyAccounts
    account = BillingAccount(customer=customer, name=name.strip(), created_at=now(), updated_at=now())
    account.currency = currency.strip().upper()
    check_row(account, exclude=("customer",))
    former = own.filter(is_primary=True).first()
    account.is_primary = is_primary or former is None
    if former and is_primary:
        _step_back(former)
    account.save(force_insert=True)
    record(AccountOpened(account_id=account.pk, contact_id=customer.pk, currency=account.currency))
    return account


@atomic
def change_account(*, contact_id: UUID, account_id: UUID, **values: Unpack[AccountValues]) -> BillingAccount:
    """Write an account of this customer; what is not given stays.

    Raises AccountNotFound, for somebody else's too, IllegalAccountMove, Invalid.
    """
    hold_customers([contact_id])
    account = BillingAccount.objects.for_update().filter(pk=account_id, customer_id=contact_id).first()
    if account is None:
        raise AccountNotFound
    before = account.status
    changes = apply_changes(account, {name: _kept(name, value) for name, value in values.items()})
    if account.status != before and account.status not in ACCOUNT_MOVES[before]:
        raise IllegalAccountMove
    if changes:
        check_row(account, exclude=("customer",))
        account.updated_at = now()
        account.save()
        record(AccountChanged(account_id=account.pk, contact_id=contact_id), changes=changes)
    return account


def _step_back(former: BillingAccount) -> None:
    former.is_primary, former.updated_at = False, now()
    former.save(update_fields=["is_primary", "updated_at"])
    changes = {"is_primary": (True, False)}
    record(AccountChanged(account_id=former.pk, contact_id=former.customer_id), changes=changes)


def _kept(name: str, value: Any) -> Any:
    return value if name == "status" else _as_json(name, value)


def _as_json(name: str, value: Any) -> Any:
    """`value` as a column of JSON holds it. Raises Invalid for what is too long, or no JSON that can be kept."""
    if name == "spend_preferences" and not isinstance(value, Mapping):
        raise Invalid("Enter an object.", field=name)
    if not isinstance(value, str | Mapping):
        raise Invalid("Enter a word or an object.", field=name)
    try:
        # Numbers with a point come as Decimals; what is no number of JSON, or half a character, is an error here.
        text = json.dumps(value, default=float, allow_nan=False, ensure_ascii=False)
        size = len(text.encode())
    except (ValueError, RecursionError):
        raise Invalid("This cannot be kept.", field=name) from None
    if size > LONGEST_PREFERENCES:
        raise Invalid(f"At most {LONGEST_PREFERENCES} bytes of JSON.", field=name)
    if "\\u0000" in text:
        raise Invalid("Null characters are not allowed.", field=name)
    return json.loads(text)

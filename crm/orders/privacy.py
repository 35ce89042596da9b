"""What was sold stays, for the books; who bought it does not. An organisation whose law wants the name on an invoice
for years keeps the paper where it keeps its books (docs/privacy.md).
"""

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, JSONField, TextField, Value

from crm.kernel.privacy.fields import clear, keep, rewritten
from crm.kernel.privacy.holdings import by, leaves, nobodys, stays
from crm.kernel.privacy.person import Person
from crm.kernel.sealing import unseal
from crm.orders.models import PaymentMethod

_BOOKS = "what was sold, for how much and when, for the books"
_KEYS = "ids of the row and of what it is part of"


def _without_the_buyer(person: Person) -> Func:
    """The paper as it was issued, with a pseudonym for the buyer and nothing else about them."""
    return Func(
        F("snapshot"), Value(["buyer"], output_field=ArrayField(TextField())),
        Value(_nobody(person), output_field=JSONField()), function="jsonb_set", output_field=JSONField(),
    )  # fmt: skip


def _nobody(person: Person) -> dict[str, str]:
    """What papers ask of a buyer (papers.py)."""
    blank = dict.fromkeys(("company", "email", "tax_id", "address", "payment_terms"), "")
    return {"name": person.pseudonym, **blank}


def _number(method: PaymentMethod) -> str:
    """A bank account's, in clear: it is theirs."""
    if not method.sealed_number:
        return ""
    return unseal(method.wrapped_key, method.sealed_number, context=method.seal_context("number"))


stays(
    "orders.Order",
    by(contact="customer_id"),
    exported=[
        keep(_BOOKS, "number", "status", "ordered_at", "currency", "subtotal", "discount", "tax", "total", "refunded"),
        keep("its number where it was loaded from", "reference"),
        clear("billing_address", "shipping_address", "notes"),
    ],
    withheld=[
        keep("ids of the row and of a pseudonym", "id", "customer"),
        keep("when", "created_at", "updated_at", "deleted_at"),
        clear("words"),
    ],
    spoken_of="order",
)
stays(
    "orders.OrderLine",
    by(contact="order__customer_id"),
    exported=[
        keep(_BOOKS, "order", "name", "sku", "quantity", "unit_price", "discount", "tax_rate", "tax", "total"),
        keep(_BOOKS, "refunded_quantity", "refunded", "refunded_tax"),
    ],
    withheld=[keep(_KEYS, "id", "position", "product")],
)
stays(
    "orders.Invoice",
    by(contact="order__customer_id"),
    exported=[
        keep(_BOOKS, "number", "currency", "total", "issued_at"),
        rewritten(_without_the_buyer, "snapshot"),
    ],
    withheld=[keep(_KEYS, "id", "order")],
)
stays(
    "orders.Refund",
    by(contact="order__customer_id"),
    exported=[keep(_BOOKS, "number", "amount", "tax", "restocked", "created_at"), clear("reason")],
    withheld=[keep(_KEYS, "id", "order"), keep("who of the staff gave it", "actor_kind", "actor_id")],
)
stays(
    "orders.RefundLine",
    by(contact="refund__order__customer_id"),
    exported=[keep(_BOOKS, "quantity", "amount", "tax")],
    withheld=[keep(_KEYS, "id", "refund", "line")],
)
stays(
    "orders.Purchases",
    by(contact="pk"),
    exported=[keep("sums of what was sold", "number", "spent", "first_at", "last_at")],
    withheld=[keep("the id of a pseudonym", "contact")],
)
stays(
    "orders.BillingAccount",
    by(contact="customer_id"),
    exported=[
        clear("name", "spend_preferences", "next_purchase_spend_preference"),
        keep("in which currency somebody was billed, and whether they still are", "currency", "is_primary", "status"),
        keep("when", "created_at"),
    ],
    withheld=[keep("ids of the row and of a pseudonym", "id", "customer"), keep("when", "updated_at")],
    spoken_of="account",
)
leaves(
    "orders.PaymentMethodAccount",
    by(contact="payment_method__customer_id"),
    exported="payment_method account",
    withheld="id",
)
leaves(
    "orders.PaymentMethod",
    by(contact="customer_id"),
    exported="kind holder brand expires_month expires_year bank_name bic sealed_number notes created_at",
    withheld="id customer last_digits sealed_token wrapped_key updated_at",
    readings={"sealed_number": _number},
)
nobodys("orders.Product", "what is sold", "name description sku category words")
nobodys("orders.Numbering", "the last number of a series")

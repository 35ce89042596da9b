from crm.orders.models.account import ACCOUNT_MOVES, MOST_ACCOUNTS, AccountStatus, BillingAccount
from crm.orders.models.invoice import Invoice
from crm.orders.models.numbering import Numbering, Series
from crm.orders.models.order import MOST_LINES, MOST_OF_A_LINE, MOVES, OPEN, SENT, Order, OrderLine, OrderStatus
from crm.orders.models.payment_method import (
    MOST_PAYMENT_METHODS,
    PaymentKind,
    PaymentMethod,
    PaymentMethodAccount,
)
from crm.orders.models.product import Product, ProductStatus
from crm.orders.models.purchases import Purchases
from crm.orders.models.refund import Refund, RefundLine

__all__ = [
    "ACCOUNT_MOVES",
    "MOST_ACCOUNTS",
    "MOST_LINES",
    "MOST_OF_A_LINE",
    "MOST_PAYMENT_METHODS",
    "MOVES",
    "OPEN",
    "SENT",
    "AccountStatus",
    "BillingAccount",
    "Invoice",
    "Numbering",
    "Order",
    "OrderLine",
    "OrderStatus",
    "PaymentKind",
    "PaymentMethod",
    "PaymentMethodAccount",
    "Product",
    "ProductStatus",
    "Purchases",
    "Refund",
    "RefundLine",
    "Series",
]

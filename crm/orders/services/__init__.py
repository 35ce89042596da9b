from crm.orders.services.accounts import AccountValues, change_account, open_account
from crm.orders.services.changing import change_order, delete_order
from crm.orders.services.customers import remove_customer_without_orders
from crm.orders.services.invoices import issue_invoice
from crm.orders.services.loading import OrderRow, load_orders
from crm.orders.services.papers import mail_paper
from crm.orders.services.payment_methods import (
    BankValues,
    CardValues,
    PaymentMethodValues,
    add_payment_method,
    change_payment_method,
    forget_payment_methods,
    remove_payment_method,
)
from crm.orders.services.placing import place_order
from crm.orders.services.product_pictures import set_product_pictures
from crm.orders.services.products import ProductValues, change_product, define_product, delete_product
from crm.orders.services.purchases import recount_purchases, verify_purchases
from crm.orders.services.refunds import RefundItem, refund_order
from crm.orders.services.writing import Item, OrderValues

__all__ = [
    "AccountValues",
    "BankValues",
    "CardValues",
    "Item",
    "OrderRow",
    "OrderValues",
    "PaymentMethodValues",
    "ProductValues",
    "RefundItem",
    "add_payment_method",
    "change_account",
    "change_order",
    "change_payment_method",
    "change_product",
    "define_product",
    "delete_order",
    "delete_product",
    "forget_payment_methods",
    "issue_invoice",
    "load_orders",
    "mail_paper",
    "open_account",
    "place_order",
    "recount_purchases",
    "refund_order",
    "remove_customer_without_orders",
    "remove_payment_method",
    "set_product_pictures",
    "verify_purchases",
]

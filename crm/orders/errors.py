from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Conflict, Duplicate, Invalid, NotFound


class ProductNotFound(NotFound):
    code = "product_not_found"
    message = _("There is no such product.")


class SkuTaken(Duplicate):
    code = "sku_taken"
    field = "sku"
    message = _("Another product has this SKU.")


class OrderNotFound(NotFound):
    code = "order_not_found"
    message = _("There is no such order.")


class UnknownCustomer(Invalid):
    code = "unknown_customer"
    field = "customer_id"
    message = _("There is no such customer.")


class CustomerBlocked(Invalid):
    """An inactive customer may order, a blocked one may not (s4 §6, 24)."""

    code = "customer_blocked"
    field = "customer_id"
    message = _("This customer is blocked.")


class OtherCustomer(Invalid):
    code = "other_customer"
    field = "customer_id"
    message = _("An order stays with its customer.")


class UnknownProduct(Invalid):
    code = "unknown_product"
    field = "product_id"
    message = _("There is no such product.")


class ProductNotForSale(Invalid):
    code = "product_not_for_sale"
    field = "product_id"
    message = _("This product is not for sale.")


class StockShort(Invalid):
    code = "stock_short"
    field = "quantity"
    message = _("There is not enough in stock.")


class IllegalOrderMove(Invalid):
    code = "illegal_order_move"
    field = "status"
    message = _("An order cannot go from where it stands to there.")


class ItemsFixed(Invalid):
    code = "items_fixed"
    field = "items"
    message = _("Only a pending order's items can be changed.")


class SeveralItems(Invalid):
    code = "several_items"
    field = "items"
    message = _("The order has several items; send all of them.")


class DiscountTooLarge(Invalid):
    code = "discount_too_large"
    field = "discount"
    message = _("The discount is more than the order comes to.")


class OrderTooLarge(Invalid):
    code = "order_too_large"
    field = "items"
    message = _("The order comes to more than can be kept.")


class NotInvoiceable(Conflict):
    code = "not_invoiceable"
    message = _("An order has an invoice once it is shipped or delivered.")


class NotRefundable(Conflict):
    code = "not_refundable"
    message = _("Money goes back for orders that were shipped or delivered.")


class NothingToRefund(Conflict):
    code = "nothing_to_refund"
    message = _("There is nothing left of this to refund.")


class RefundTooLarge(Invalid):
    code = "refund_too_large"
    field = "amount"
    message = _("This is more than is left to refund.")


class UnknownLine(Invalid):
    code = "unknown_line"
    field = "items"
    message = _("The order has no such item.")


class NoAddressForPapers(Invalid):
    code = "no_address_for_papers"
    field = "format"
    message = _("There is no e-mail address to send it to.")


class CustomerHasOrders(Conflict):
    """S4 keeps customers who ordered (s4 §6, 7); S0 does not ask."""

    code = "customer_has_orders"
    message = _("This customer has orders.")


class AccountNotFound(NotFound):
    code = "account_not_found"
    message = _("There is no such account.")


class TooManyAccounts(Invalid):
    code = "too_many_accounts"
    field = "name"
    message = _("This customer has as many accounts as they may have.")


class IllegalAccountMove(Invalid):
    code = "illegal_account_move"
    field = "status"
    message = _("A terminated account stays so.")


class UnknownAccount(Invalid):
    """One that is not theirs, was terminated, or never was."""

    code = "unknown_account"
    field = "account_ids"
    message = _("There is no such account.")


class PaymentMethodNotFound(NotFound):
    code = "payment_method_not_found"
    message = _("There is no such way to pay.")


class TooManyPaymentMethods(Invalid):
    code = "too_many_payment_methods"
    field = "kind"
    message = _("This customer has as many ways to pay as they may have. Take one away first.")


class PaymentDetailsMissing(Invalid):
    code = "payment_details_missing"
    message = _("The end of the card's number, the account's number or a token of the gateway is needed.")


class OtherPaymentKind(Invalid):
    code = "other_payment_kind"
    field = "kind"
    message = _("This is another kind of way to pay.")


class CardNumberSent(Invalid):
    """Numbers of cards are the payment gateway's business: here nobody keeps one (PCI DSS)."""

    code = "card_number_sent"
    field = "card.number"
    message = _("A card's number is never taken here. Send its last four digits, and the gateway's token.")

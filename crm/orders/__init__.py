"""What is sold, to whom, and what came of it (docs/orders.md).

Nouns: Product, Order, OrderLine, Invoice, Refund, RefundLine, Numbering (the last number of a series of papers, without
gaps), Purchases (what a customer has bought in all).
Verbs: define_product, change_product, delete_product, place_order, change_order, delete_order, refund_order,
issue_invoice, mail_paper, load_orders, remove_customer_without_orders, verify_purchases.
Errors: ProductNotFound, SkuTaken, OrderNotFound, UnknownCustomer, CustomerBlocked, UnknownProduct, ProductNotForSale,
StockShort, IllegalOrderMove, ItemsFixed, NotRefundable, NothingToRefund, CustomerHasOrders and more.
Events: product.defined, product.changed, product.deleted, order.created, order.updated, order.status_changed,
order.delivered, order.refunded, order.deleted, orders.loaded, invoice.issued.
An order bears its currency and the prices of its day; stock, numbers and totals are written in its transaction, under
the lock of its customer.
"""

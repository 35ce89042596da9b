"""Guards of products and orders: stock, moves, numbers, refunds, what was bought in all."""

from tests.mutants.mutant import Mutant

ORDERING = (
    Mutant(
        "an order takes more from stock than there is",
        "crm/orders/services/stock.py",
        "Q(pk=pk, units_in_stock__gte=number)",
        "Q(pk=pk)",
        "tests/crm/orders/test_place_order.py",
    ),
    Mutant(
        "an order of a blocked customer is taken",
        "crm/orders/services/customers.py",
        "    if customer.status == Status.BLOCKED:\n        raise CustomerBlocked\n",
        "",
        "tests/crm/orders/test_place_order.py",
    ),
    Mutant(
        "an order goes backwards",
        "crm/orders/services/writing.py",
        "    if status != order.status and status not in MOVES[order.status]:\n",
        "    if False:\n",
        "tests/crm/orders/test_change_order.py",
    ),
    Mutant(
        "the items of an order that is being packed change",
        "crm/orders/services/changing.py",
        "    if order.status != OrderStatus.PENDING:\n",
        "    if False:\n",
        "tests/crm/orders/test_change_order.py",
    ),
    Mutant(
        "an order that was shipped brings its goods back by being deleted",
        "crm/orders/services/changing.py",
        "    if order.is_open:\n",
        "    if True:\n",
        "tests/crm/orders/test_change_order.py",
    ),
    Mutant(
        "invoices at once get the same number",
        "crm/orders/services/numbering.py",
        "    held = Numbering.objects.for_update().filter(",
        "    held = Numbering.objects.filter(",
        "tests/races/test_order_papers.py",
    ),
    Mutant(
        "refunds of an order at once do not wait for each other",
        "crm/orders/services/locking.py",
        "    order = Order.objects.for_update().filter(pk=order_id, deleted_at=None).first()",
        "    order = Order.objects.filter(pk=order_id, deleted_at=None).first()",
        "tests/races/test_order_papers.py",
    ),
    Mutant(
        "more of an item is refunded than was ordered",
        "crm/orders/services/refunds.py",
        "<= line.left_quantity:\n            raise RefundTooLarge",
        "<= line.quantity:\n            raise RefundTooLarge",
        "tests/crm/orders/test_refunds.py",
    ),
    Mutant(
        "each refund of an order is rounded for itself",
        "crm/orders/services/refunds.py",
        'due_by_now(line.total, line.refunded_quantity + item["quantity"], line.quantity, order.currency)\n',
        'line.refunded + due_by_now(line.total, item["quantity"], line.quantity, order.currency)\n',
        "tests/crm/orders/test_refunds.py",
    ),
    Mutant(
        "a cancelled order counts for what was bought",
        "crm/orders/selectors.py",
        "    return orders().exclude(status=OrderStatus.CANCELLED)\n",
        "    return orders()\n",
        "tests/crm/orders/test_purchases.py",
    ),
    Mutant(
        "whoever has ordered is deleted over S4 all the same",
        "crm/orders/services/customers.py",
        "        raise CustomerHasOrders\n",
        "        pass\n",
        "tests/crm/orders/test_purchases.py",
    ),
    Mutant(
        "orders of a file are loaded as often as it is read",
        "crm/orders/services/loading.py",
        "[row for row in rows if row.reference not in known]",
        "list(rows)",
        "tests/crm/orders/test_load_orders.py",
    ),
    Mutant(
        "an order tells of a deleted customer",
        "backoffice/dev/orders.py",
        "return (text or None) if deleted_at is None else self.otherwise",
        "return text or None",
        "tests/backoffice/dev/test_orders.py",
    ),
    Mutant(
        "a merge leaves what the loser of an order bought where it was",
        "crm/orders/merging.py",
        "        recount_purchases(people)\n",
        "        pass\n",
        "tests/crm/orders/test_merging.py",
    ),
)

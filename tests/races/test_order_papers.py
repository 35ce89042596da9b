"""Several at the next number, or at the same money. Each race has a twin without its guard, which must do harm."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from crm.orders.errors import NothingToRefund
from crm.orders.models import Invoice, Numbering, Order, Refund
from crm.orders.services import invoices, issue_invoice, numbering, refund_order, refunds
from tests.builders import a_product, an_order
from tests.cast import Cast, World
from tests.crm.orders.shop import lines, new_number
from tests.races.together import raised, succeeded, together

pytestmark = pytest.mark.xdist_group("races")

CALLERS, ROUNDS = 8, 5


# Numbers without gaps


def issuing(world: World, order_id: UUID, *, fail: bool = False) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope(), transaction.atomic():
            invoice = issue_invoice(order_id=order_id)
            if fail:
                raise RuntimeError("Something went wrong afterwards.")
            return invoice.number

    return work


def uninvoiced(world: World) -> list[UUID]:
    ids = [an_order(world, status="delivered") for _ in range(CALLERS)]
    with world.scope():
        Invoice.objects.all().delete()
        Numbering.objects.filter(series="INV").delete()
    return ids


def numbers(outcomes: list[Any]) -> list[int]:
    return sorted(int(one.rpartition("-")[2]) for one in outcomes if isinstance(one, str))


def test_invoices_issued_at_once_are_numbered_without_gap_or_repetition(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        outcomes = together(*[issuing(acme, id_, fail=n % 3 == 0) for n, id_ in enumerate(uninvoiced(acme))])
        assert raised(outcomes, RuntimeError) == 3
        assert numbers(outcomes) == list(range(1, CALLERS - 2)), outcomes


def test_without_the_lock_numbers_repeat_or_are_lost(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def counted(series: str, year: int) -> Numbering:
        return Numbering.objects.get_or_create(series=series, year=year)[0]

    monkeypatch.setattr(numbering, "_locked", counted)
    acme = committed_cast.acme

    def harmed() -> bool:
        outcomes = together(*[issuing(acme, id_) for id_ in uninvoiced(acme)])
        return raised(outcomes, IntegrityError) > 0 or numbers(outcomes) != list(range(1, CALLERS + 1))

    assert any(harmed() for _ in range(ROUNDS))


def test_a_counter_outside_the_transaction_leaves_gaps(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a database sequence would do: the numbers of those who failed are lost."""
    acme = committed_cast.acme
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP SEQUENCE IF NOT EXISTS gaps")

    def from_sequence(series: Any, *_more: Any) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('gaps')")
            return [f"{series.value}-2026-{cursor.fetchone()[0]:06d}"]

    ids = uninvoiced(acme)
    monkeypatch.setattr(invoices, "next_numbers", from_sequence)
    outcomes: list[Any] = []
    for n, id_ in enumerate(ids):
        try:
            outcomes.append(issuing(acme, id_, fail=n % 3 == 0)())
        except RuntimeError as error:
            outcomes.append(error)
    assert numbers(outcomes) != list(range(1, CALLERS - 2))


def test_one_invoice_for_one_order_however_often_it_is_asked_for(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        order_id = uninvoiced(acme)[0]
        assert set(together(*[issuing(acme, order_id)] * CALLERS)) == {f"INV-{this_year(acme)}-000001"}


def this_year(world: World) -> int:
    with world.scope() as scope:
        return scope.now.year


# The same money


def refunding(world: World, order_id: UUID, **values: Any) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return refund_order(order_id=order_id, **values)

    return work


def test_the_same_money_goes_back_once(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        order_id = an_order(acme, status="delivered")
        outcomes = together(*[refunding(acme, order_id)] * CALLERS)
        assert (succeeded(outcomes), raised(outcomes, NothingToRefund)) == (1, CALLERS - 1), outcomes


def test_amounts_that_go_back_at_once_are_not_more_than_was_paid(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        order_id = an_order(acme, None, (a_product(acme), 1), status="delivered")
        outcomes = together(*[refunding(acme, order_id, amount=Decimal(3))] * CALLERS)
        assert succeeded(outcomes) == 3, outcomes
        assert sum(line.refunded for line in lines(acme, order_id)) == 9


def test_without_the_orders_lock_it_goes_back_more_than_once(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refunds, "locked_order", lambda order_id: Order.objects.get(pk=order_id))
    monkeypatch.setattr(refunds, "next_numbers", lambda *_: [new_number()])
    monkeypatch.setattr(refunds, "recount_purchases", lambda _ids: None)
    acme = committed_cast.acme

    def paid_twice() -> bool:
        order_id = an_order(acme, status="delivered")
        together(*[refunding(acme, order_id)] * CALLERS)
        with acme.scope():
            return Refund.objects.filter(order_id=order_id).count() > 1

    assert any(paid_twice() for _ in range(10 * ROUNDS))

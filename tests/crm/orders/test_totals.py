"""What an order comes to, and what goes back of it, as arithmetic: everything that is shared out adds up."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.orders.totals import Priced, amounts_of, due_by_now, price_of_each, shared_out, subtotal_of, sum_of

CENT = Decimal("0.01")
CURRENCIES = {"USD": 2, "JPY": 0, "KWD": 3}
currencies = st.sampled_from(list(CURRENCIES))


def money(number: int, currency: str) -> Decimal:
    return Decimal(number).scaleb(-CURRENCIES[currency])


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        ("1.00", ("1", "1", "1"), ("0.34", "0.33", "0.33")),
        ("0.02", ("5", "5", "5"), ("0.01", "0.01", "0.00")),
        ("10.00", ("0", "30", "10"), ("0.00", "7.50", "2.50")),
        ("0.00", ("0", "0"), ("0", "0")),
        ("19.98", ("9.99", "9.99"), ("9.99", "9.99")),
    ],
)
def test_an_amount_is_shared_out_by_largest_remainder(
    amount: str, weights: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    found = shared_out(Decimal(amount), [Decimal(weight) for weight in weights], "USD")
    assert found == [Decimal(part) for part in parts]


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=20), st.floats(0, 1), currencies)
def test_parts_add_up_and_none_is_more_than_its_weight(weights: list[int], share: float, currency: str) -> None:
    amount = int(sum(weights) * share)
    parts = shared_out(money(amount, currency), [money(weight, currency) for weight in weights], currency)
    assert sum(parts) == money(amount, currency)
    assert all(0 <= part <= money(weight, currency) for part, weight in zip(parts, weights, strict=True))


lines = st.tuples(st.integers(1, 1_000), st.integers(0, 10**6), st.integers(0, 10_000))


@given(st.lists(lines, min_size=1, max_size=10), st.floats(0, 1), currencies)
def test_the_lines_add_up_to_the_order(given_lines: list[tuple[int, int, int]], share: float, currency: str) -> None:
    priced = [Priced(n, money(price, currency), Decimal(rate) / 100) for n, price, rate in given_lines]
    subtotal = subtotal_of(priced)
    discount = money(int(share * float(subtotal) * 10 ** CURRENCIES[currency]), currency)
    discount = min(discount, subtotal)
    parts = amounts_of(priced, discount, currency)
    whole = sum_of(parts)
    assert (whole.subtotal, whole.discount) == (subtotal, discount)
    assert sum(part.total for part in parts) == whole.total == subtotal - discount + whole.tax
    assert all(part.total >= 0 and part.tax <= part.total for part in parts)


def test_tax_is_computed_line_by_line_on_what_the_discount_leaves() -> None:
    priced = [Priced(3, Decimal("9.99"), Decimal("19")), Priced(1, Decimal("5.00"))]
    first, second = amounts_of(priced, Decimal("5.00"), "USD")
    assert (first.discount, first.tax, first.total) == (Decimal("4.29"), Decimal("4.88"), Decimal("30.56"))
    assert (second.discount, second.tax, second.total) == (Decimal("0.71"), 0, Decimal("4.29"))


@given(st.integers(0, 10**9), st.lists(st.integers(1, 50), min_size=1, max_size=30), currencies)
def test_what_is_due_by_now_grows_to_the_whole(whole: int, steps: list[int], currency: str) -> None:
    amount, of = money(whole, currency), sum(steps)
    due = [due_by_now(amount, sum(steps[:n]), of, currency) for n in range(len(steps) + 1)]
    assert (due[0], due[-1]) == (0, amount)
    assert all(before <= after for before, after in pairwise(due))


def test_thirds_go_back_as_thirds_do() -> None:
    due = [due_by_now(Decimal("10.00"), part, 3, "USD") for part in range(4)]
    assert [after - before for before, after in pairwise(due)] == [Decimal("3.33"), Decimal("3.34"), Decimal("3.33")]
    assert due_by_now(Decimal("0.00"), 0, Decimal(0), "USD") == 0


@given(st.integers(0, 10**8), st.integers(1, 1_000), currencies)
def test_the_price_of_each_is_at_most_a_unit_too_much(amount: int, quantity: int, currency: str) -> None:
    unit = money(1, currency)
    over = quantity * price_of_each(money(amount, currency), quantity, currency) - money(amount, currency)
    assert 0 <= over < quantity * unit

"""Amounts and their currencies."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from crm.kernel.money import MoneyField, decimals_of, rounded, spelt_out, validate_currency


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [("USD", 2), ("EUR", 2), ("CNY", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("CLP", 0)],
)
def test_each_currency_has_its_own_decimals(currency: str, decimals: int) -> None:
    assert decimals_of(currency) == decimals


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("1.005", "USD", "1.01"), ("1.004", "USD", "1.00"), ("-1.005", "USD", "-1.01"), ("2.5", "JPY", "3"),
     ("3.5", "JPY", "4"), ("1.0005", "KWD", "1.001"), ("7", "USD", "7.00"), ("0.1", "KWD", "0.100")],
)  # fmt: skip
def test_halves_round_away_from_zero(amount: str, currency: str, expected: str) -> None:
    assert str(rounded(Decimal(amount), currency)) == expected


def test_rounding_never_passes_through_a_binary_float() -> None:
    assert rounded(Decimal("99999999999999.995"), "USD") == Decimal("100000000000000.00")
    assert rounded(Decimal("0.285"), "USD") == Decimal("0.29")


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("1234.5", "USD", "$1,234.50"), ("1234.5", "EUR", "€1,234.50"), ("1234", "JPY", "¥1,234"),
     ("-3", "USD", "-$3.00")],
)  # fmt: skip
def test_amounts_are_spelt_out_as_people_read_them(amount: str, currency: str, expected: str) -> None:
    assert spelt_out(Decimal(amount), currency) == expected


@pytest.mark.parametrize("code", ["USD", "JPY", "KWD"])
def test_iso_codes_are_currencies(code: str) -> None:
    validate_currency(code)


@pytest.mark.parametrize("code", ["", "US", "usdollar", "ZZZ", "$"])
def test_other_codes_are_refused_by_name(code: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        validate_currency(code)
    assert refusal.value.messages == [f"{code} is not a currency code."]


def test_a_money_column_keeps_four_decimals_whatever_it_is_told() -> None:
    field = MoneyField(max_digits=3, decimal_places=1)
    assert (field.max_digits, field.decimal_places) == (19, 4)

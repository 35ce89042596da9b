"""Money is a Decimal with a currency; points are whole numbers and never come here."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from moneyed import CurrencyDoesNotExist, get_currency
from moneyed import Money as _Money
from moneyed.l10n import format_money


class MoneyField(models.DecimalField):  # type: ignore[type-arg]
    """An amount with up to four decimals; its currency stands beside it, or is the organisation's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"], kwargs["decimal_places"] = 19, 4
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs


def decimals_of(currency: str) -> int:
    """How many decimals an ISO 4217 currency has: 2 for USD, 0 for JPY, 3 for KWD."""
    sub_unit: int = get_currency(currency).sub_unit
    return len(str(sub_unit)) - 1


def rounded(amount: Decimal, currency: str) -> Decimal:
    """`amount` in the currency's own decimals, halves away from zero."""
    return amount.quantize(Decimal(1).scaleb(-decimals_of(currency)), rounding=ROUND_HALF_UP)


def digits(amount: Decimal, currency: str) -> str:
    """`amount` as programs read it, with the currency's own decimals: `1234.50`."""
    return str(rounded(amount, currency))


def spelt_out(amount: Decimal, currency: str) -> str:
    """`amount` as people read it: `$1,234.50`."""
    text: str = format_money(_Money(amount, currency), locale="en_US")
    return text


def validate_currency(code: str) -> None:
    """A model validator: the code is an ISO 4217 currency."""
    try:
        get_currency(code)
    except CurrencyDoesNotExist:
        raise ValidationError(_("%(code)s is not a currency code."), params={"code": code}) from None

"""Money on the wire: a JSON number with the decimals of its currency, digit by digit (where-they-meet.md)."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from crm.kernel.money import decimals_of, rounded
from crm.organisations.selectors import organisation_of_scope

DIGITS, DECIMALS = 19, 4


class MoneyIn(serializers.DecimalField):
    """An amount in the organisation's currency, as a number or a text, with no more decimals than the currency has."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=DIGITS, decimal_places=DECIMALS, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        amount = super().to_internal_value(data)
        currency = self._currency()
        if amount != rounded(amount, currency):
            raise serializers.ValidationError(f"An amount in {currency} has at most {decimals_of(currency)} decimals.")
        return amount

    def _currency(self) -> str:
        """Read once for a body, however many amounts are in it."""
        known: Any = self.context
        if "currency" not in known:
            known["currency"] = organisation_of_scope().currency
        currency: str = known["currency"]
        return currency


class MoneyOut(serializers.DecimalField):
    """An amount in the currency that stands at the path `currency` from the row."""

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        self.beside = (currency.replace(".", "__"),)
        super().__init__(max_digits=None, decimal_places=None, coerce_to_string=False, **kwargs)

    def present(self, amount: Decimal, currency: str) -> Decimal:
        return rounded(amount, currency)

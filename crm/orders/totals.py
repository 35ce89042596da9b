"""What an order comes to, and what goes back of it: arithmetic over exact decimals, no row is read or written here.

Prices are without tax. A discount is given on the whole order and shared out over its lines, so that each line can be
refunded for itself; tax is computed line by line on what is left, and rounded there. Whatever is shared out adds up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from crm.kernel.money import decimals_of, rounded

LARGEST_TOTAL = Decimal(10**12)
_ZERO = Decimal(0)


class Priced(NamedTuple):
    """So many of something; `tax_rate` in per cent."""

    quantity: int
    unit_price: Decimal
    tax_rate: Decimal = _ZERO


@dataclass(frozen=True, slots=True)
class Amounts:
    """Of a line, or of an order."""

    subtotal: Decimal
    discount: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        return self.subtotal - self.discount + self.tax


def percentage_of(part: Decimal, whole: Decimal) -> Decimal:
    """How many per cent `part` is of `whole`; of nothing it is none."""
    return 100 * part / whole if whole else _ZERO


def subtotal_of(lines: Iterable[Priced]) -> Decimal:
    """What the lines come to before discount and tax."""
    return sum((line.quantity * line.unit_price for line in lines), _ZERO)


def amounts_of(lines: Sequence[Priced], discount: Decimal, currency: str) -> list[Amounts]:
    """What each line comes to. `discount` is at most the subtotal of all."""
    subtotals = [line.quantity * line.unit_price for line in lines]
    shares = shared_out(discount, subtotals, currency)
    return [
        Amounts(subtotal, share, rounded((subtotal - share) * line.tax_rate / 100, currency))
        for line, subtotal, share in zip(lines, subtotals, shares, strict=True)
    ]


def sum_of(parts: Sequence[Amounts]) -> Amounts:
    return Amounts(
        sum((part.subtotal for part in parts), _ZERO),
        sum((part.discount for part in parts), _ZERO),
        sum((part.tax for part in parts), _ZERO),
    )


def shared_out(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """`amount` in parts like `weights`, in whole units of the currency, by largest remainder: they add up to it, and
    none is more than its weight where `amount` is not more than all of them.
    """
    scale = 10 ** decimals_of(currency)
    units, shares = int(amount * scale), [int(weight * scale) for weight in weights]
    if not units:
        return [_ZERO] * len(weights)
    parts = [divmod(units * share, sum(shares)) for share in shares]
    missing = units - sum(whole for whole, _rest in parts)
    by_remainder = sorted(range(len(parts)), key=lambda at: -parts[at][1])
    more = set(by_remainder[:missing])
    return [Decimal(whole + (at in more)) / scale for at, (whole, _rest) in enumerate(parts)]


def due_by_now(whole: Decimal, part: int | Decimal, of: int | Decimal, currency: str) -> Decimal:
    """What of `whole` belongs to `part` of `of`, rounded. Each refund gives what is due by then less what went back
    before, so that many of them add up to the whole exactly (semantics §3.1).
    """
    return rounded(whole * part / of, currency) if of else _ZERO


def price_of_each(amount: Decimal, quantity: int, currency: str) -> Decimal:
    """What one of them costs where `amount` was paid for all: rounded up, so that a discount of less than one unit of
    the currency for each makes the amount exact again.
    """
    unit = Decimal(1).scaleb(-decimals_of(currency))
    return (amount / quantity).quantize(unit, rounding=ROUND_CEILING)

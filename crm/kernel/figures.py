"""Arithmetic of figures: a figure of nothing is None, never an invented 0."""

from decimal import ROUND_HALF_UP, Decimal


def to_decimals(value: Decimal, decimals: int) -> Decimal:
    """Halves away from zero."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def share_of(part: int, whole: int) -> Decimal | None:
    """A fraction from 0 to 1, with four decimals."""
    return to_decimals(Decimal(part) / whole, 4) if whole else None

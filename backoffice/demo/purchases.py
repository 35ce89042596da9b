"""The purchases of the CDNOW sample, summed up by customer."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

SAMPLE = Path(__file__).parent / "data" / "cdnow_sample.txt"


LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


@dataclass
class Purchases:
    """One customer's: the first day, and the money spent in all."""

    first_at: datetime = LAST_MOMENT
    spent: Decimal = field(default_factory=Decimal)


def purchases_by_customer(file: Path = SAMPLE) -> dict[int, Purchases]:
    """Purchases by the customer's id in the sample, in the order of the ids."""
    customers: dict[int, Purchases] = defaultdict(Purchases)
    for line in file.read_text().splitlines():
        _master_id, sample_id, day, _count, amount = line.split()
        customer = customers[int(sample_id)]
        customer.first_at = min(customer.first_at, datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC))
        customer.spent += Decimal(amount)
    return dict(sorted(customers.items()))

"""Made-up people, each computed from a number alone: whoever checks an answer needs no database to know the truth."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from backoffice.demo.people import FIRST_NAMES, LAST_NAMES
from crm.kernel.search import fold

NEWEST = datetime(2026, 1, 1, tzinfo=UTC)
YEARS = timedelta(days=1500)
# Of a hundred people, and the words that S0 uses for them.
TIERS = ("bronze",) * 80 + ("silver",) * 15 + ("gold",) * 4 + ("platinum",)
STATUSES = ("active",) * 90 + ("inactive",) * 8 + ("blocked",) * 2


@dataclass(frozen=True, slots=True)
class Person:
    """Person `number` of an organisation that holds people 0 to size - 1; the highest number joined last."""

    number: int
    size: int
    id: UUID
    first_name: str
    last_name: str
    email: str
    phone: str
    status: str
    tier: str
    joined: datetime

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


def person(number: int, size: int) -> Person:
    """Names repeat, addresses and phones do not."""
    seed = hashlib.blake2b(b"%d of %d" % (number, size), digest_size=16).digest()
    dice = int.from_bytes(seed)
    dice, first = divmod(dice, len(FIRST_NAMES))
    dice, last = divmod(dice, len(LAST_NAMES))
    dice, tier = divmod(dice, len(TIERS))
    status = STATUSES[dice % len(STATUSES)]
    joined = NEWEST - YEARS * ((size - number) / size)
    return Person(
        number=number, size=size, id=_id(joined, seed), first_name=FIRST_NAMES[first], last_name=LAST_NAMES[last],
        email=f"{fold(FIRST_NAMES[first])}.{number}@example.com", phone=f"+35799{number:06}",
        status=status, tier=TIERS[tier], joined=joined,
    )  # fmt: skip


def people(size: int) -> Iterator[Person]:
    """Everybody, in the order in which they joined."""
    return (person(number, size) for number in range(size))


def latest(size: int) -> Iterator[Person]:
    """Everybody, the last who joined first."""
    return (person(number, size) for number in range(size - 1, -1, -1))


def spread(size: int, count: int) -> list[Person]:
    """`count` people from all over an organisation, fewer when it has not as many; always the same ones."""
    step = max(1, size // count)
    return [person(number, size) for number in range(step // 2, size, step)][:count]


def _id(joined: datetime, seed: bytes) -> UUID:
    """A UUIDv7 of the moment of joining, as the product would have given it then."""
    milliseconds = int(joined.timestamp() * 1000)
    return UUID(int=(milliseconds << 80 | int.from_bytes(seed[:10])) & ~(0xF << 76 | 3 << 62) | 7 << 76 | 2 << 62)

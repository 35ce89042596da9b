"""100,000 people by COPY: made-up but varied, always the same, with deliberate look-alikes for search to trip over."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, models
from psycopg.types.json import Jsonb

from backoffice.demo.people import FIRST_NAMES, LAST_NAMES
from crm.campaigns.models import ListingEntry
from crm.contacts.models import Contact, Customer, Status
from crm.kernel.bulk import analyse
from crm.kernel.clock import now
from crm.kernel.ids import new_id
from crm.messaging.models import Channel, Reason, Suppression
from loyalty.members.models import Member
from loyalty.tiers.models import MemberTier
from loyalty.tiers.selectors import tiers
from tests.cast import World

COMPANIES = ("", "", "", "", "Acme Corp", "Blue-Sky Ltd.", "Café Müller", "4711 & Söhne", "O'Neil/Partners", "X_Y Labs")


@dataclass(frozen=True)
class Someone:
    """What a test may ask about a person without asking the database."""

    id: UUID
    first_name: str
    last_name: str
    company_name: str
    email: str
    phone: str
    status: str
    tier: str
    created_at: datetime
    custom_fields: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


def people(number: int, slugs: list[str], seed: int = 7) -> Iterator[Someone]:
    dice = random.Random(seed)
    start = now() - timedelta(days=1500)
    for count in range(number):
        first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
        if dice.random() < 0.2:
            last = f"{last}-{dice.choice(LAST_NAMES)}"
        yield Someone(
            id=new_id(), first_name=first, last_name=last, company_name=dice.choice(COMPANIES),
            email=f"{first[:2].lower()}{count}@{dice.choice(('example.com', 'mail.example', 'x-y.example'))}",
            phone=dice.choice(("", f"+3579{dice.randrange(10**7):07}", f"+4930{dice.randrange(10**8):08}",
                               f"+1202{dice.randrange(10**7):07}")),
            status=dice.choices(Status.values, (90, 8, 2))[0],
            tier=dice.choices(slugs, (80, 15, 4, 1))[0],
            created_at=start + timedelta(seconds=dice.randrange(1500 * 86400)), custom_fields=_custom_values(count),
        )  # fmt: skip


def _custom_values(count: int) -> dict[str, Any]:
    """From what one person has to what half of them have; every seventh has none."""
    values = {
        "card": f"C-{count}", "shop": f"Shop {count % 4000}", "size": 30 + count % 20, "weight": count % 900 / 4,
        "vip": count % 2000 == 0, "half": count % 2 == 0,
    }  # fmt: skip
    return values if count % 7 else {}


def load(world: World, number: int) -> list[Someone]:
    """Inside the open scope: everybody as contact, customer, member with a tier; every third in the listing."""
    ladder = {tier.slug: tier for tier in tiers()}
    everybody = list(people(number, list(ladder)))
    copy(Contact, (_contact(someone) for someone in everybody))
    copy(Customer, (_customer(someone) for someone in everybody))
    copy(Member, (Member(contact_id=someone.id, joined_at=someone.created_at) for someone in everybody))
    copy(MemberTier, (_standing(someone, ladder[someone.tier]) for someone in everybody))
    copy(ListingEntry, (_entry(world, someone) for someone in everybody[::3]), skip=("id",))
    copy(Suppression, (_suppression(someone) for someone in everybody[::50]))
    analyse(Contact, Customer, Member, MemberTier, ListingEntry, Suppression)
    return everybody


def copy(model: type[models.Model], rows: Iterator[Any], skip: tuple[str, ...] = ()) -> None:
    """Rows into their table, through the model's own fields, so that nothing about a column is said twice."""
    fields = [field for field in model._meta.concrete_fields if not field.generated and field.name not in skip]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(model._meta.db_table)
        with cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN") as target:
            for row in rows:
                row.claim()
                target.write_row([_plain(field, row) for field in fields])


def _plain(field: Any, row: Any) -> Any:
    value = field.pre_save(row, add=True)
    return Jsonb(value) if isinstance(field, models.JSONField) else value


def _contact(someone: Someone) -> Contact:
    return Contact(
        id=someone.id, name=someone.name, first_name=someone.first_name, last_name=someone.last_name,
        company_name=someone.company_name, email=someone.email, email_key=someone.email.lower(), phone=someone.phone,
        phone_key=someone.phone.removeprefix("+"), created_at=someone.created_at, updated_at=someone.created_at,
        custom_fields=someone.custom_fields,
    )  # fmt: skip


def _customer(someone: Someone) -> Customer:
    moment = someone.created_at
    return Customer(contact_id=someone.id, status=someone.status, created_at=moment, updated_at=moment)


def _standing(someone: Someone, tier: Any) -> MemberTier:
    return MemberTier(member_id=someone.id, tier=tier, since=someone.created_at, actor_kind="job", actor_id="test")


def _entry(world: World, someone: Someone) -> ListingEntry:
    return ListingEntry(listing=world.listing, contact_id=someone.id, created_at=someone.created_at)


def _suppression(someone: Someone) -> Suppression:
    key = someone.email.lower()
    return Suppression(
        channel=Channel.EMAIL, address=someone.email, key=key, reason=Reason.UNSUBSCRIBE, created_at=now()
    )  # fmt: skip

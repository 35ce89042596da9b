"""Three hundred people of every sort, and what is true of each, for rules to be asked of."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from crm.campaigns.models import ListingEntry
from crm.contacts.models import Contact, Customer, CustomerInteraction
from crm.insights.models import Health, Segment, SegmentMember
from crm.kernel.clock import now
from crm.kernel.ids import new_id
from crm.organisations.models import Organisation
from crm.organisations.roles import Role
from crm.organisations.services import define_custom_field
from loyalty.members.models import Member
from loyalty.tiers.models import MemberTier
from loyalty.tiers.selectors import tiers
from tests.cast import World

ZONE = "Pacific/Auckland"
CUSTOM = {"size": "integer", "weight": "number", "vip": "boolean", "hat": "choice", "note": "text", "renewed": "date"}
NAMES = ("Anna Müller", "ANNA MÜLLER", "Émile Zola", "Bob 100% _x_", "back\\slash", "", "O'Neil", "anna", "Zoë Ng")
WRONG = ("44", 7, True, None, {"a": 1}, [1], "2024-13-01", "soon", 2.5)


@dataclass
class Somebody:
    """`fields` by the keys that rules use, None where there is nothing; `events` each with moment and attributes."""

    id: UUID
    fields: dict[str, Any] = field(default_factory=dict)
    events: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    segments: frozenset[str] = frozenset()


def a_crowd(world: World, dice: random.Random, number: int = 300) -> list[Somebody]:
    """Inside the open scope; those who count, beside others who do not: deleted ones, and contacts of a listing."""
    Organisation.objects.filter(pk=world.organisation.pk).update(zone=ZONE)
    for key, kind in CUSTOM.items():
        define_custom_field(key=key, label=key, kind=kind, choices=["S", "M", "L"] if kind == "choice" else [])
    kept = {slug: _a_snapshot(slug) for slug in ("red", "blue")}
    everybody = [_somebody(world, dice, kept) for _ in range(number)]
    _nobody_that_counts(dice)
    return everybody


def _a_snapshot(slug: str) -> Segment:
    return Segment.objects.create(
        slug=slug, name=slug, rule={"all": []}, kind="static", state="ready", created_at=now(), updated_at=now()
    )


def _somebody(world: World, dice: random.Random, kept: Mapping[str, Segment]) -> Somebody:
    one = Somebody(new_id())
    custom = {key: value for key in CUSTOM if (value := _custom_value(dice, key)) is not ...}
    contact = _contact(dice, one.id, custom)
    contact.save(force_insert=True)
    customer = Customer(
        contact=contact, status=dice.choice(("active", "inactive", "blocked")), created_at=a_moment(dice),
        type=dice.choice(("individual", "business")), updated_at=now(), credit_limit=dice.choice(
            (None, Decimal(0), Decimal("99.99"), Decimal("100"), Decimal("1000.5"))),
        assigned_to_id=dice.choice((None, world.staff[Role.AGENT].pk, world.staff[Role.OWNER].pk)),
    )  # fmt: skip
    customer.save(force_insert=True)
    one.fields = {
        "name": contact.name, "company": contact.company_name, "email": contact.email, "gender": contact.gender,
        "language": contact.language, "date_of_birth": contact.date_of_birth, "email_opt_out": contact.email_opt_out,
        "created_at": customer.created_at, "status": customer.status, "type": customer.type,
        "credit_limit": customer.credit_limit,
        "assigned_to": str(customer.assigned_to_id) if customer.assigned_to_id else None,
        "tier": _tier(dice, one.id), **_health(dice, one.id), **_as_defined(custom),
    }  # fmt: skip
    one.events = {"interaction": _said(dice, one.id), "listing": _listed(world, dice, one.id)}
    one.segments = frozenset(slug for slug, segment in kept.items() if _is_put_into(dice, segment, one.id))
    return one


def _contact(dice: random.Random, key: UUID, custom: dict[str, Any]) -> Contact:
    email = dice.choice(("", f"{key.hex[-6:]}@Example.com", f"{key.hex[-6:]}@mail.example"))
    return Contact(
        id=key, name=dice.choice(NAMES), company_name=dice.choice(("", "", "Acme", "ACME Corp")), email=email,
        email_key=email.lower(), language=dice.choice(("", "de", "EN")), date_of_birth=a_birthday(dice),
        gender=dice.choice(("", "female", "male")), email_opt_out=dice.random() < 0.3, custom_fields=custom,
        created_at=now(), updated_at=now(),
    )  # fmt: skip


def a_birthday(dice: random.Random) -> date | None:
    near = now().date() + timedelta(days=dice.randrange(-40, 40))
    year = dice.choice((1960, 1988, 1999, 2001))
    special = (date(1988, 2, 29), date(2000, 2, 29), date(year, 12, 31), date(year, 1, 1), date(year, 2, 28))
    return dice.choice((None, *special, date(year, near.month, min(near.day, 28))))


def a_moment(dice: random.Random) -> datetime:
    """Often at an edge: exactly so many days ago, or at midnight of the zone."""
    days = timedelta(days=dice.choice((0, 1, 7, 30, 90, 365)))
    if dice.random() < 0.4:
        return now() - days + dice.choice((timedelta(0), timedelta(microseconds=1), timedelta(microseconds=-1)))
    return now() - timedelta(seconds=dice.randrange(400 * 86_400))


def _custom_value(dice: random.Random, key: str) -> Any:
    """Of its kind, of another one (it was written before there was a definition), or, as `...`, none at all."""
    if dice.random() < 0.25:
        return ...
    if dice.random() < 0.25:
        return dice.choice(WRONG)
    return {
        "size": dice.randrange(38, 46), "weight": dice.choice((1, 2.5, 12.25, -3)), "vip": dice.random() < 0.5,
        "hat": dice.choice("SML"), "note": dice.choice(("Tea", "tea time", "Coffee")),
        "renewed": (now().date() - timedelta(days=dice.randrange(-60, 400))).isoformat(),
    }[key]  # fmt: skip


def _as_defined(custom: Mapping[str, Any]) -> dict[str, Any]:
    """What a key holds where it is of its kind, else None; told without the product's help."""
    kinds: dict[str, tuple[type, ...]] = {
        "size": (int, float), "weight": (int, float), "vip": (bool,), "hat": (str,), "note": (str,), "renewed": (str,),
    }  # fmt: skip
    told: dict[str, Any] = {}
    for key, types in kinds.items():
        value = custom.get(key)
        fits = isinstance(value, types) and (isinstance(value, bool) == (key == "vip"))
        told[f"custom_fields.{key}"] = value if fits else None
    for key in ("size", "weight"):
        value = told[f"custom_fields.{key}"]
        told[f"custom_fields.{key}"] = None if value is None else Decimal(str(value))
    told["custom_fields.renewed"] = _day_or_none(told["custom_fields.renewed"])
    return told


def _day_or_none(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _tier(dice: random.Random, key: UUID) -> str | None:
    if dice.random() < 0.2:
        return None
    tier = dice.choice(list(tiers()))
    Member.objects.create(contact_id=key, joined_at=now())
    MemberTier.objects.create(member_id=key, tier=tier, since=now(), actor_kind="job", actor_id="test")
    return str(tier.slug)


def _health(dice: random.Random, key: UUID) -> dict[str, Any]:
    if dice.random() < 0.2:
        return {"health.band": None, "health.score": None}
    band, score = dice.choice(("healthy", "watch", "at_risk", "unknown")), dice.choice((None, 0, 40, 75, 100))
    Health.objects.create(contact_id=key, band=band, score=score, scored_on=now().date(), formula_version=1,
                          computed_at=now())  # fmt: skip
    return {"health.band": band, "health.score": None if score is None else Decimal(score)}


def _said(dice: random.Random, key: UUID) -> list[dict[str, Any]]:
    rows = []
    for _ in range(dice.choice((0, 0, 1, 2, 4))):
        at = a_moment(dice) + (timedelta(days=3) if dice.random() < 0.1 else timedelta(0))
        row = {"type": dice.choice(("call", "email", "support")), "outcome": dice.choice(("", "Good", "bad"))}
        CustomerInteraction.objects.create(
            contact_id=key, subject="x", happened_at=at, actor_kind="job", actor_id="test", created_at=now(),
            updated_at=now(), **row,
        )  # fmt: skip
        rows.append({"at": at, **row})
    return rows


def _listed(world: World, dice: random.Random, key: UUID) -> list[dict[str, Any]]:
    rows = []
    for ended in (None, datetime(2020, 1, 1, tzinfo=UTC)):
        if dice.random() < 0.4:
            at = a_moment(dice)
            ListingEntry.objects.create(listing=world.listing, contact_id=key, created_at=at, ended_at=ended)
            rows += [] if ended else [{"at": at, "listing": str(world.listing.pk)}]
    return rows


def _is_put_into(dice: random.Random, segment: Segment, key: UUID) -> bool:
    is_in = dice.random() < 0.4
    if is_in or dice.random() < 0.3:
        SegmentMember.objects.create(
            segment=segment, contact_id=key, entered_at=now() - timedelta(days=9), left_at=None if is_in else now()
        )
    return is_in


def _nobody_that_counts(dice: random.Random) -> None:
    for number in range(20):
        contact = _contact(dice, new_id(), {"size": 40})
        contact.email = contact.email_key = ""
        contact.deleted_at = now() if number % 2 else None
        contact.save(force_insert=True)
        if number % 2:
            Customer.objects.create(contact=contact, created_at=now(), updated_at=now(), deleted_at=now())

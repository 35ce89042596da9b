from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.contacts.models import Customer
from crm.contacts.services import CustomerValues, create_customer, touch_customer, update_customer
from crm.kernel.bulk import analyse
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic
from loyalty.members.models import Member
from loyalty.tiers.errors import BaseTierNeeded, LevelTaken, ThresholdOutOfOrder, TierNotFound, TierTaken
from loyalty.tiers.events import TierChanged, TierDefined
from loyalty.tiers.models import MemberTier, Origin, Tier, TierChange
from loyalty.tiers.selectors import tier_called, tiers

# What a new programme begins with (where-they-meet.md, "Programme defaults"): short name, threshold, colour.
DEFAULT_TIERS = (
    ("bronze", 0, "#b08d57"),
    ("silver", 500, "#9aa3ad"),
    ("gold", 2_000, "#d4a017"),
    ("platinum", 5_000, "#5b7083"),
)


@atomic
def set_up_tiers() -> list[Tier]:
    """The default tiers, where the programme has none yet; doing it again changes nothing."""
    if not Tier.objects.exists():
        rows = [
            Tier(slug=slug, name=slug.title(), level=level, threshold=threshold, color=color,
                 created_at=now(), updated_at=now())
            for level, (slug, threshold, color) in enumerate(DEFAULT_TIERS, start=1)
        ]  # fmt: skip
        Tier.objects.bulk_create(rows, ignore_conflicts=True)
    return list(tiers())


@atomic
def define_tier(*, tier_id: UUID | None = None, **values: Any) -> Tier:
    """A new tier, or a change of `tier_id`. Raises TierNotFound, TierTaken, LevelTaken, BaseTierNeeded,
    ThresholdOutOfOrder, Invalid.
    """
    tier = Tier(created_at=now()) if tier_id is None else Tier.objects.for_update().filter(pk=tier_id).first()
    if tier is None:
        raise TierNotFound
    changes = apply_changes(tier, values)
    tier.updated_at = now()
    check_row(tier)
    try:
        with transaction.atomic():
            tier.save()
    except IntegrityError as error:
        raise (LevelTaken if "tier_level_once" in str(error) else TierTaken) from None
    _ensure_ladder()
    record(TierDefined(tier_id=tier.id), changes=changes)
    return tier


def _ensure_ladder() -> None:
    """The lowest tier begins at 0, none below the one before it."""
    thresholds = [tier.threshold for tier in tiers()]
    if not thresholds or thresholds[0] != 0:
        raise BaseTierNeeded
    if any(higher < lower for lower, higher in pairwise(thresholds)):
        raise ThresholdOutOfOrder


def base_tier() -> Tier:
    """The lowest tier; a programme nobody has set up yet is set up first."""
    return tiers().first() or set_up_tiers()[0]


@atomic
def place_in_base_tier(*, contact_ids: Sequence[UUID]) -> None:
    """Members who hold no tier yet begin in the lowest; that needs no history."""
    tier = base_tier()
    standings = [_standing(contact_id, tier, Origin.AUTO, "joined") for contact_id in contact_ids]
    MemberTier.objects.bulk_create(standings, batch_size=1000)
    if len(standings) > 1000:
        analyse(Member, MemberTier)


@atomic
def set_tier(
    *, contact_id: UUID, slug: str, reason: str, origin: str = Origin.MANUAL, locked_until: datetime | None = None
) -> MemberTier:
    """Put a member into a tier. Set by hand it is locked: no job takes it away, before `locked_until` if that is given.

    Raises UnknownTier, TierNotFound.
    """
    tier = tier_called(slug)
    standing = MemberTier.objects.for_update().filter(pk=contact_id, member__left_at=None).first()
    if standing is None:
        raise TierNotFound
    former = standing.tier
    manual = origin == Origin.MANUAL
    fresh = _standing(contact_id, tier, origin, reason, is_locked=manual, locked_until=locked_until if manual else None)
    if former == tier:
        fresh.since = standing.since
    fresh.save(force_update=True)
    if former != tier:
        _note_change(fresh, former)
        touch_customer(contact_id=contact_id)
    return fresh


@atomic
def place_by_spend(spend: Mapping[UUID, Decimal]) -> None:
    """Put members who just joined into the highest tier that their spend reaches, one point for each whole unit."""
    ladder = list(tiers().order_by("-threshold"))
    reached = {
        contact_id: next((t for t in ladder if int(amount) >= t.threshold), ladder[-1])
        for contact_id, amount in spend.items()
    }
    standings = list(MemberTier.objects.filter(pk__in=reached).select_related("tier"))
    risen = [standing for standing in standings if standing.tier != reached[standing.pk]]
    for standing in risen:
        former, standing.tier = standing.tier, reached[standing.pk]
        standing.reason = "spend"
        _note_change(standing, former)
    MemberTier.objects.bulk_update(risen, ["tier", "reason"], batch_size=500)


@atomic
def admit_customer(*, tier: str | None = None, reason: str = "", **values: Unpack[CustomerValues]) -> Customer:
    """A new customer, in the tier asked for instead of the lowest. Raises UnknownTier and what create_customer does."""
    if tier is not None:
        tier_called(tier)
    customer = create_customer(**values)
    if tier is not None:
        set_tier(contact_id=customer.pk, slug=tier, reason=reason)
    return customer


@atomic
def change_customer(
    *, contact_id: UUID, tier: str | None = None, reason: str = "", **values: Unpack[CustomerValues]
) -> Customer:
    """Write a customer and, where asked, their tier. Raises UnknownTier and what update_customer does."""
    customer = update_customer(contact_id=contact_id, **values)
    if tier is not None:
        set_tier(contact_id=contact_id, slug=tier, reason=reason)
    return customer


def _standing(contact_id: UUID, tier: Tier, origin: str, reason: str, **lock: Any) -> MemberTier:
    actor = current_scope().actor
    return MemberTier(
        member_id=contact_id, tier=tier, since=now(), origin=origin, reason=reason, actor_kind=actor.kind,
        actor_id=actor.id, **lock,
    )  # fmt: skip


def _note_change(standing: MemberTier, former: Tier) -> None:
    TierChange.objects.create(
        member_id=standing.pk, from_tier=former, to_tier=standing.tier, origin=standing.origin,
        reason=standing.reason, actor_kind=standing.actor_kind, actor_id=standing.actor_id, changed_at=now(),
    )  # fmt: skip
    event = TierChanged(
        contact_id=standing.pk, from_slug=former.slug, to_slug=standing.tier.slug, origin=standing.origin,
        reason=standing.reason,
    )  # fmt: skip
    record(event, changes={"tier": (former.slug, standing.tier.slug)})

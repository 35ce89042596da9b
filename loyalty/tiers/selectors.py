from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from crm.kernel.tenancy import ScopedQuerySet
from loyalty.tiers.errors import TierNotFound, UnknownTier
from loyalty.tiers.models import MemberTier, Tier


def tiers() -> ScopedQuerySet[Tier]:
    """The programme's tiers in use, lowest first."""
    return Tier.objects.filter(is_active=True).order_by("level")


def tier_called(slug: str) -> Tier:
    """Raises UnknownTier."""
    tier = tiers().filter(slug=slug).first()
    if tier is None:
        raise UnknownTier
    return tier


def tiers_called(*slugs: str) -> list[Tier]:
    """The tiers of these short names; raises UnknownTier when one does not exist."""
    found = list(tiers().filter(slug__in=slugs))
    if len(found) != len(set(slugs)):
        raise UnknownTier
    return found


def holders_of(slugs: Sequence[str]) -> ScopedQuerySet[MemberTier]:
    """Those who are in one of the tiers of these short names now."""
    return MemberTier.objects.filter(tier__slug__in=slugs)


def standing_of(contact_id: UUID) -> MemberTier:
    """Raises TierNotFound for contacts who are no members."""
    standing = MemberTier.objects.select_related("tier").filter(pk=contact_id).first()
    if standing is None:
        raise TierNotFound
    return standing


@dataclass(frozen=True)
class TierCount:
    name: str
    color: str
    count: int


def members_by_tier() -> list[TierCount]:
    """How many members hold each tier, lowest first. Those who left hold none."""
    held = dict(
        MemberTier.objects.filter(member__left_at=None).order_by().values_list("tier").annotate(n=Count("member"))
    )
    return [TierCount(tier.name, tier.color, held.get(tier.pk, 0)) for tier in tiers()]

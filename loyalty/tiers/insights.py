"""What tiers know of people: which one they hold, and a segment for each."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from crm.insights.registry import BuiltIn, FieldKind, SegmentField, register_built_ins, register_fields
from crm.kernel.errors import Message
from loyalty.tiers.selectors import holders_of, tiers


def _choices() -> Sequence[tuple[str, Message]]:
    return [(tier.slug, tier.name) for tier in tiers()]


def _members_of_each() -> Sequence[BuiltIn]:
    """`gold_members` and the like (where-they-meet.md, "Programme defaults")."""
    return [
        BuiltIn(f"{tier.slug}_members", tier.name, {"field": "tier", "op": "eq", "value": tier.slug})
        for tier in tiers()
    ]


register_fields(
    SegmentField(
        "tier",
        _("Tier"),
        FieldKind.CHOICE,
        "member__standing__tier__slug",
        "cluster:tiers:read",
        _choices,
        holders=holders_of,
    )
)
register_built_ins(_members_of_each)

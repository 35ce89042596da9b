"""When people are merged they hold the better of their tiers; crm/contacts/merging.py."""

from crm.contacts.merging import Carry, copied, move, on_merge
from crm.kernel.clock import now
from crm.kernel.events import record
from loyalty.tiers.events import TierChanged
from loyalty.tiers.models import MemberTier, Tier, TierChange

REASON = "merged"


def keep_better(carry: Carry) -> int:
    """The highest tier of all of them, as it was given: with its reason, its lock and its end.

    Of equal ones the winner's stays. One that has run out counts as what it still is: only a job takes a tier away.
    """
    rows = {row.pk: row for row in carry.rows_of(carry.winner_id, *carry.loser_ids).select_related("tier")}
    if not rows.keys() - {carry.winner_id}:
        return 0
    in_order = [rows[id_] for id_ in (carry.winner_id, *carry.loser_ids) if id_ in rows]
    best, former = max(in_order, key=lambda row: row.tier.level), rows.get(carry.winner_id)
    if best is not former:
        with carry.watching(MemberTier, [carry.winner_id]):
            copied(best, carry.winner_id).save(force_insert=former is None)
        _note_change(carry, best, former.tier if former else None)
    return len(rows.keys() - {carry.winner_id})


def _note_change(carry: Carry, best: MemberTier, former: Tier | None) -> None:
    change = TierChange(
        member_id=carry.winner_id, from_tier=former, to_tier=best.tier, origin=best.origin, reason=REASON,
        actor_kind=best.actor_kind, actor_id=best.actor_id, changed_at=now(),
    )  # fmt: skip
    with carry.watching(TierChange, [change.pk]):
        change.save(force_insert=True)
    from_slug = former.slug if former else None
    event = TierChanged(
        contact_id=carry.winner_id, from_slug=from_slug, to_slug=best.tier.slug, origin=best.origin, reason=REASON
    )
    record(event, changes={"tier": (from_slug, best.tier.slug)})


on_merge("tiers.MemberTier.member", keep_better)
on_merge("tiers.TierChange.member", move)

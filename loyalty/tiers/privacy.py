from crm.kernel.privacy.fields import clear, keep
from crm.kernel.privacy.holdings import by, nobodys, stays

_LEDGER = "which tier a pseudonym had, and since when"
_WHO = "who set it: an id of staff, of a key or of a job"

stays(
    "tiers.MemberTier",
    by(contact="pk"),
    exported=[
        keep(_LEDGER, "tier", "since", "valid_until", "origin", "is_locked", "locked_until"),
        clear("reason"),
    ],
    withheld=[keep("the id of a pseudonym", "member"), keep(_WHO, "actor_kind", "actor_id")],
)
stays(
    "tiers.TierChange",
    by(contact="member_id"),
    exported=[keep(_LEDGER, "from_tier", "to_tier", "origin", "changed_at"), clear("reason")],
    withheld=[keep("ids of the row and of a pseudonym", "id", "member"), keep(_WHO, "actor_kind", "actor_id")],
)
nobodys("tiers.Tier", "the levels of the programme", "slug name description translations color")

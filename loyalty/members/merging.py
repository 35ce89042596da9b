"""When people are merged they are one member; crm/contacts/merging.py."""

from crm.contacts.merging import Carry, fold, on_merge
from crm.kernel.clock import now
from loyalty.members.models import Member


def keep_earliest(kept: Member, lost: Member) -> None:
    """They joined when the first of them did; whoever is still a member makes the one who remains a member."""
    kept.joined_at = min(kept.joined_at, lost.joined_at)
    kept.left_at = None if None in (kept.left_at, lost.left_at) else kept.left_at


_one_member = fold(keep_earliest)


def join(carry: Carry) -> int:
    """The losers' rows stay as those of members who left."""
    folded = _one_member(carry)
    leaving = list(carry.rows_of_losers().filter(left_at=None).values_list("pk", flat=True))
    carry.change(leaving, {"left_at": now()})
    return folded


on_merge("members.Member.contact", join)

"""What becomes of a lead's rows in this app and those below it in a merge; crm/kernel/merging/rules.py."""

from crm.kernel.clock import now
from crm.kernel.merging.snapshots import overlook
from crm.leads.merging import Carry, also_late, drop, move, move_once, on_merge_leads, settle_pairs, stay
from crm.leads.models import FollowUpState, Lead
from crm.leads.services.finishing import ENDED_STAGES


@also_late
def carry_follow_ups(carry: Carry) -> int:
    """They become the winner's. When nobody works the winner any more, what is open is done with."""
    moved = move(carry)
    if Lead.objects.filter(pk=carry.winner_id, status__in=ENDED_STAGES).exists():
        still_open = carry.rows_of(carry.winner_id).filter(state=FollowUpState.OPEN)
        keys = list(still_open.values_list("pk", flat=True))
        carry.change(keys, {"state": FollowUpState.DONE, "done_at": now()})
    return moved


# Scores fade by themselves: that they were computed anew is no change since.
overlook("leads.Lead", "score", "computed_score", "grade", "band", "scored_at")

on_merge_leads("leads.LeadInteraction.lead", move)
on_merge_leads("leads.FollowUp.lead", carry_follow_ups)
on_merge_leads("leads.StageChange.lead", move)
on_merge_leads("leads.FurtherLeadAddress.lead", move_once("channel", "key"))
on_merge_leads("leads.MergedLead.lead", stay("that they are gone does not change"))
on_merge_leads("leads.MergedLead.into", move)
on_merge_leads("leads.LeadMerge.winner", stay("who won then"))
on_merge_leads("leads.LeadMatchKey.lead", drop)
on_merge_leads("leads.LeadPair.first", settle_pairs)
on_merge_leads("leads.LeadPair.second", settle_pairs)

# Of the apps below, which know no lead.
on_merge_leads("messaging.Communication.lead_id", move)
on_merge_leads("organisations.Session.subject_id", stay("leads do not sign in"))
on_merge_leads("kernel.Event.subject_id", stay("the audit trail tells what happened to whom, as it was then"))

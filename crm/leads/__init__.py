"""Leads: people who might become customers, worked from capture to conversion.

Nouns: Lead, LeadInteraction (a call, e-mail, meeting or note), StageChange (when a lead came into a stage),
FollowUp (something to be done about a lead or a customer),
WebForm (a form on a web page), WebFormEntry (what was sent and waits for confirmation),
LeadMerge, MergedLead, FurtherLeadAddress, LeadPair (two leads who may be one).
Verbs: capture_lead, change_lead, delete_lead, convert_lead, add_interaction, change_interaction, remove_interaction,
process_follow_ups, ask_for_follow_up, finish_follow_up, hand_over,
define_web_form, send_web_form, confirm_entry, merge_leads, unmerge_leads, find_duplicates_of_lead, dismiss_lead_pair.
Errors: LeadNotFound, LeadEmailTaken, UnknownCampaign, IllegalMove, LeadLost, AlreadyConverted.
Events: lead.created, lead.updated, lead.status_changed, lead.converted, lead.deleted, lead.interaction_*, lead.merged,
lead.unmerged, lead_duplicate.dismissed, follow_ups.made, follow_up.*, customer_follow_up.*.
A lead has its own name and addresses; its customer is linked when it is converted. Campaigns are known here, by id.
"""

from crm.leads.services.capture import capture_lead, change_lead, delete_lead
from crm.leads.services.confirmations import confirm_entry, forget_entries
from crm.leads.services.conversion import Conversion, convert_lead, note_origin
from crm.leads.services.duplicates import dismiss_lead_pair, find_duplicates_of_lead, scan_leads
from crm.leads.services.finishing import finish_follow_up, hand_over
from crm.leads.services.follow_ups import Processed, ask_for_follow_up, process_follow_ups, set_idle_days
from crm.leads.services.interactions import (
    add_interaction,
    change_interaction,
    finish_next_action,
    remove_interaction,
)
from crm.leads.services.merging import forget_lead_snapshots, gather_lead_stragglers, merge_leads, unmerge_leads
from crm.leads.services.notices import unname_in_notices
from crm.leads.services.rotation import join_rotation, leave_rotation, pause_in_rotation
from crm.leads.services.score_rules import (
    define_score_group,
    define_score_rule,
    remove_score_group,
    remove_score_rule,
)
from crm.leads.services.scores import Explanation, explained
from crm.leads.services.web_forms import define_web_form, send_web_form
from crm.leads.services.writing import InteractionValues, LeadValues

__all__ = [
    "Conversion",
    "Explanation",
    "InteractionValues",
    "LeadValues",
    "Processed",
    "add_interaction",
    "ask_for_follow_up",
    "capture_lead",
    "change_interaction",
    "change_lead",
    "confirm_entry",
    "convert_lead",
    "define_score_group",
    "define_score_rule",
    "define_web_form",
    "delete_lead",
    "dismiss_lead_pair",
    "explained",
    "find_duplicates_of_lead",
    "finish_follow_up",
    "finish_next_action",
    "forget_entries",
    "forget_lead_snapshots",
    "gather_lead_stragglers",
    "hand_over",
    "join_rotation",
    "leave_rotation",
    "merge_leads",
    "note_origin",
    "pause_in_rotation",
    "process_follow_ups",
    "remove_interaction",
    "remove_score_group",
    "remove_score_rule",
    "scan_leads",
    "send_web_form",
    "set_idle_days",
    "unmerge_leads",
    "unname_in_notices",
]

"""When leads are merged: what becomes of the rows that point at them, as each app's `merging.py` says.

An app above registers its own with `on_merge_leads("nurturing.Enrolment.lead", rule)`. How, and the rules to choose
from: crm/kernel/merging/rules.py. Our own stand in services/merge_rules.py. And what becomes of leads when people are
merged.
"""

from crm.contacts.merging import on_merge
from crm.kernel.merging.carry import Carry, also_late, copied, drop, move, move_once, settle_pairs, stay
from crm.kernel.merging.rules import Rules
from crm.leads.models import Lead

LEADS = Rules(Lead, plain=r"(?:\w+_)?(?:lead|subject)_id")
on_merge_leads = LEADS.on_merge

__all__ = [
    "LEADS",
    "Carry",
    "also_late",
    "copied",
    "drop",
    "move",
    "move_once",
    "on_merge_leads",
    "settle_pairs",
    "stay",
]

on_merge("leads.Lead.customer", move)
on_merge("leads.FollowUp.contact", move)

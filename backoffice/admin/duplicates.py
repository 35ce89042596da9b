"""People and leads who may be there twice: the pages about their pairs and merges."""

from django.contrib import admin

from backoffice.admin.merge_kinds import Kind
from backoffice.admin.merge_pages import MergesPage, PairPage
from crm.contacts.models import Contact, Customer, DuplicatePair, Merge
from crm.contacts.selectors import contacts, merges, possible_duplicates
from crm.contacts.services import dismiss_pair, find_duplicates_of, merge_contacts, unmerge
from crm.leads.models import Lead, LeadMerge, LeadPair
from crm.leads.selectors import lead_merges, leads, possible_duplicate_leads
from crm.leads.services import dismiss_lead_pair, find_duplicates_of_lead, merge_leads, unmerge_leads

PEOPLE = Kind(
    resource="auth:members",
    models=(Contact, Customer),
    sides=("name", "email", "phone", "company_name", "date_of_birth", "created_at"),
    fixed=("email_opt_out", "sms_opt_out", "consent_state"),
    living=contacts,
    pairs=possible_duplicates,
    merges=merges,
    merge=merge_contacts,
    unmerge=unmerge,
    look=lambda id_: find_duplicates_of(contact_id=id_),
    dismiss=dismiss_pair,
    merge_page="admin:merge_person",
    look_page="admin:look_for_duplicates",
    dismiss_page="admin:dismiss_pair",
    unmerge_page="admin:unmerge",
    pair_list="admin:contacts_duplicatepair_changelist",
    merge_done="admin:contacts_merge_change",
    own_page="admin:contacts_contact_change",
)
LEADS = Kind(
    resource="crm:leads",
    models=(Lead,),
    sides=("name", "email", "phone", "company", "status", "source", "customer", "assigned_to", "created_at"),
    fixed=("status", "customer_id", "last_contact"),
    living=leads,
    pairs=possible_duplicate_leads,
    merges=lead_merges,
    merge=merge_leads,
    unmerge=unmerge_leads,
    look=lambda id_: find_duplicates_of_lead(lead_id=id_),
    dismiss=dismiss_lead_pair,
    merge_page="admin:merge_lead",
    look_page="admin:look_for_duplicate_leads",
    dismiss_page="admin:dismiss_lead_pair",
    unmerge_page="admin:unmerge_lead",
    pair_list="admin:leads_leadpair_changelist",
    merge_done="admin:leads_leadmerge_change",
    own_page="admin:leads_lead_change",
)


@admin.register(DuplicatePair)
class PossibleDuplicates(PairPage):
    kind, resource = PEOPLE, PEOPLE.resource


@admin.register(Merge)
class MergePage(MergesPage):
    kind, resource = PEOPLE, PEOPLE.resource


@admin.register(LeadPair)
class PossibleDuplicateLeads(PairPage):
    kind, resource = LEADS, LEADS.resource


@admin.register(LeadMerge)
class LeadMergePage(MergesPage):
    kind, resource = LEADS, LEADS.resource

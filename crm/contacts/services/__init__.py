from crm.contacts.services.avatars import remove_avatar, set_avatar, set_avatar_from
from crm.contacts.services.contacts import create_contact, delete_contact, update_contact
from crm.contacts.services.customers import CustomerValues, create_customer, touch_customer, update_customer
from crm.contacts.services.documents import keep_document, reveal_document
from crm.contacts.services.duplicates import dismiss_pair, find_duplicates_of, scan_chunk
from crm.contacts.services.identities import add_identity, remove_identity
from crm.contacts.services.interactions import (
    CustomerInteractionValues,
    add_interaction,
    carry_over_interactions,
    change_interaction,
    finish_next_action,
    remove_interaction,
)
from crm.contacts.services.loading import CustomerRow, load_customers
from crm.contacts.services.merging import gather_stragglers, merge_contacts
from crm.contacts.services.people import PersonValues
from crm.contacts.services.profiles import write_company_profile
from crm.contacts.services.sign_in import (
    MEMBER_GUESSES,
    open_member_session,
    register_member,
    set_password,
    sign_in_member,
)
from crm.contacts.services.unmerging import forget_snapshots, unmerge
from crm.kernel.merging.steps import MergePlan
from crm.kernel.merging.undoing import UnmergeReport

__all__ = [
    "MEMBER_GUESSES",
    "CustomerInteractionValues",
    "CustomerRow",
    "CustomerValues",
    "MergePlan",
    "PersonValues",
    "UnmergeReport",
    "add_identity",
    "add_interaction",
    "carry_over_interactions",
    "change_interaction",
    "create_contact",
    "create_customer",
    "delete_contact",
    "dismiss_pair",
    "find_duplicates_of",
    "finish_next_action",
    "forget_snapshots",
    "gather_stragglers",
    "keep_document",
    "load_customers",
    "merge_contacts",
    "open_member_session",
    "register_member",
    "remove_avatar",
    "remove_identity",
    "remove_interaction",
    "reveal_document",
    "scan_chunk",
    "set_avatar",
    "set_avatar_from",
    "set_password",
    "sign_in_member",
    "touch_customer",
    "unmerge",
    "update_contact",
    "update_customer",
    "write_company_profile",
]

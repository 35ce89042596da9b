from crm.contacts.providers import Proof, Vouched, vouched_for
from crm.contacts.services.avatars import remove_avatar, set_avatar, set_avatar_from
from crm.contacts.services.code_limits import change_sign_in_settings
from crm.contacts.services.consents import decide_consent, forget_where_consent_came_from
from crm.contacts.services.contacts import create_contact, delete_contact, update_contact
from crm.contacts.services.customers import CustomerValues, create_customer, touch_customer, update_customer
from crm.contacts.services.documents import keep_document, reveal_document
from crm.contacts.services.duplicates import dismiss_pair, find_duplicates_of, scan_chunk
from crm.contacts.services.erasing import erase_contact, finish_erasing
from crm.contacts.services.exporting import ask_for_export, build_export, ensure_export_is_good, fetch_export
from crm.contacts.services.finding import CREDENTIAL_NAMES, Credential, is_anybody
from crm.contacts.services.forgetting import forget_traces
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
from crm.contacts.services.look_ups import count_look_up, count_mail, ensure_somebody_is_meant
from crm.contacts.services.merging import gather_stragglers, merge_contacts
from crm.contacts.services.once_codes import (
    AskedCode,
    ask_for_code,
    ask_to_add_phone,
    count_asking,
    make_code,
    use_code,
)
from crm.contacts.services.own_emails import OwnEmailValues, add_own_email, change_own_email
from crm.contacts.services.pass_codes import define_pass_code
from crm.contacts.services.people import PersonValues
from crm.contacts.services.preferences import prefer_organisation
from crm.contacts.services.profiles import write_company_profile
from crm.contacts.services.push_devices import register_device, remove_device
from crm.contacts.services.registering import Registration, checked_registration, referral_code_of, register
from crm.contacts.services.sign_in import (
    MEMBER_GUESSES,
    open_member_session,
    register_member,
    set_password,
    sign_in_device,
    sign_in_member,
)
from crm.contacts.services.sign_in_links import (
    ask_for_new_password,
    ask_to_add_email,
    ask_to_verify,
    ask_to_verify_again,
    change_password_by_link,
    ensure_link_is_good,
    mail_link,
    verify_by_link,
)
from crm.contacts.services.unmerging import forget_snapshots, unmerge
from crm.contacts.services.vouching import (
    add_vouched,
    define_identity_provider,
    let_in_vouched,
    register_vouched,
)
from crm.contacts.services.wifi import authorise_wifi, end_wifi
from crm.contacts.services.writing import write_to
from crm.kernel.merging.steps import MergePlan
from crm.kernel.merging.undoing import UnmergeReport

__all__ = [
    "CREDENTIAL_NAMES",
    "MEMBER_GUESSES",
    "AskedCode",
    "Credential",
    "CustomerInteractionValues",
    "CustomerRow",
    "CustomerValues",
    "MergePlan",
    "OwnEmailValues",
    "PersonValues",
    "Proof",
    "Registration",
    "UnmergeReport",
    "Vouched",
    "add_identity",
    "add_interaction",
    "add_own_email",
    "add_vouched",
    "ask_for_code",
    "ask_for_export",
    "ask_for_new_password",
    "ask_to_add_email",
    "ask_to_add_phone",
    "ask_to_verify",
    "ask_to_verify_again",
    "authorise_wifi",
    "build_export",
    "carry_over_interactions",
    "change_interaction",
    "change_own_email",
    "change_password_by_link",
    "change_sign_in_settings",
    "checked_registration",
    "count_asking",
    "count_look_up",
    "count_mail",
    "create_contact",
    "create_customer",
    "decide_consent",
    "define_identity_provider",
    "define_pass_code",
    "delete_contact",
    "dismiss_pair",
    "end_wifi",
    "ensure_export_is_good",
    "ensure_link_is_good",
    "ensure_somebody_is_meant",
    "erase_contact",
    "fetch_export",
    "find_duplicates_of",
    "finish_erasing",
    "finish_next_action",
    "forget_snapshots",
    "forget_traces",
    "forget_where_consent_came_from",
    "gather_stragglers",
    "is_anybody",
    "keep_document",
    "let_in_vouched",
    "load_customers",
    "mail_link",
    "make_code",
    "merge_contacts",
    "open_member_session",
    "prefer_organisation",
    "referral_code_of",
    "register",
    "register_device",
    "register_member",
    "register_vouched",
    "remove_avatar",
    "remove_device",
    "remove_identity",
    "remove_interaction",
    "reveal_document",
    "scan_chunk",
    "set_avatar",
    "set_avatar_from",
    "set_password",
    "sign_in_device",
    "sign_in_member",
    "touch_customer",
    "unmerge",
    "update_contact",
    "update_customer",
    "use_code",
    "verify_by_link",
    "vouched_for",
    "write_company_profile",
    "write_to",
]

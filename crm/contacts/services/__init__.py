from crm.contacts.services.contacts import create_contact, delete_contact, update_contact
from crm.contacts.services.customers import CustomerValues, create_customer, touch_customer, update_customer
from crm.contacts.services.documents import keep_document, reveal_document
from crm.contacts.services.identities import add_identity, remove_identity
from crm.contacts.services.loading import CustomerRow, load_customers
from crm.contacts.services.people import PersonValues
from crm.contacts.services.profiles import write_company_profile
from crm.contacts.services.sign_in import (
    MEMBER_GUESSES,
    open_member_session,
    register_member,
    set_password,
    sign_in_member,
)

__all__ = [
    "MEMBER_GUESSES",
    "CustomerRow",
    "CustomerValues",
    "PersonValues",
    "add_identity",
    "create_contact",
    "create_customer",
    "delete_contact",
    "keep_document",
    "load_customers",
    "open_member_session",
    "register_member",
    "remove_identity",
    "reveal_document",
    "set_password",
    "sign_in_member",
    "touch_customer",
    "update_contact",
    "update_customer",
    "write_company_profile",
]

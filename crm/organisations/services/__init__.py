from crm.organisations.services.custom_fields import define_custom_field, remove_custom_field
from crm.organisations.services.keys import IssuedKey, change_key, issue_key, revoke_key, rotate_key
from crm.organisations.services.lockouts import unlock_sign_in
from crm.organisations.services.merchants import define_merchant
from crm.organisations.services.organisations import change_organisation, move_test_clock, open_organisation
from crm.organisations.services.sessions import (
    Device,
    OpenedSession,
    end_session,
    end_sessions_of,
    open_session,
    refresh_session,
)
from crm.organisations.services.sign_in import ADDRESS_GUESSES, LOCKED_FOR, STAFF_GUESSES, sign_in_staff
from crm.organisations.services.staff import add_staff, change_staff

__all__ = [
    "ADDRESS_GUESSES",
    "LOCKED_FOR",
    "STAFF_GUESSES",
    "Device",
    "IssuedKey",
    "OpenedSession",
    "add_staff",
    "change_key",
    "change_organisation",
    "change_staff",
    "define_custom_field",
    "define_merchant",
    "end_session",
    "end_sessions_of",
    "issue_key",
    "move_test_clock",
    "open_organisation",
    "open_session",
    "refresh_session",
    "remove_custom_field",
    "revoke_key",
    "rotate_key",
    "sign_in_staff",
    "unlock_sign_in",
]

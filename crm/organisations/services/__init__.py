from crm.organisations.services.custom_fields import define_custom_field, remove_custom_field
from crm.organisations.services.keys import IssuedKey, change_key, issue_key, revoke_key, rotate_key
from crm.organisations.services.organisations import change_organisation, open_organisation
from crm.organisations.services.staff import add_staff, change_staff

__all__ = [
    "IssuedKey",
    "add_staff",
    "change_key",
    "change_organisation",
    "change_staff",
    "define_custom_field",
    "issue_key",
    "open_organisation",
    "remove_custom_field",
    "revoke_key",
    "rotate_key",
]

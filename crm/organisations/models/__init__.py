from crm.organisations.models.credentials import ApiKey, KeyKind, Session, SessionKind
from crm.organisations.models.custom_fields import CustomField, FieldKind
from crm.organisations.models.network import Merchant, MerchantKind, Relationship
from crm.organisations.models.organisation import HOURLY_LIMITS, Organisation, Plan, validate_zone
from crm.organisations.models.people import Staff, User, UserManager

__all__ = [
    "HOURLY_LIMITS",
    "ApiKey",
    "CustomField",
    "FieldKind",
    "KeyKind",
    "Merchant",
    "MerchantKind",
    "Organisation",
    "Plan",
    "Relationship",
    "Session",
    "SessionKind",
    "Staff",
    "User",
    "UserManager",
    "validate_zone",
]

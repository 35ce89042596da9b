"""Ways to sign in, as the bodies of S2 name them."""

from collections.abc import Mapping
from typing import Any

from crm.kernel.addresses import BadEmail, checked_email, email_key
from crm.kernel.errors import Complaint, Invalid

PROVIDERS = ("EMAIL", "PHONE", "MAC_ADDRESS", "MW4", "FACEBOOK", "GOOGLE", "APPLE", "OIDC_OAUTH")


def required(given: Mapping[str, Any], name: str, path: str = "") -> str:
    """Raises Invalid, as of a field that is missing."""
    if not given.get(name):
        field = f"{path}{name}"
        raise Invalid(complaints=[Complaint(field, "This field is required.", "required")])
    return str(given[name])


def email_of(text: str, field: str = "username") -> tuple[str, str]:
    """An address as it is written, and as it is compared. Raises BadEmail."""
    try:
        email = checked_email(text)
    except BadEmail:
        raise BadEmail(field=field) from None
    return email, email_key(email)

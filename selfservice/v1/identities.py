"""Ways to sign in, as the bodies of S2 name them."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from crm.contacts.services import Proof
from crm.kernel.addresses import BadEmail, checked_email, email_key
from crm.kernel.errors import Complaint, Invalid
from crm.web.serializers import Alternative, InputSerializer

SOCIAL = ("FACEBOOK", "GOOGLE", "MW4", "APPLE", "OIDC_OAUTH")
PROVIDERS = ("EMAIL", "PHONE", "MAC_ADDRESS", "MW4", "FACEBOOK", "GOOGLE", "APPLE", "OIDC_OAUTH")


class Further(Alternative, serializers.CharField):
    """Sent with some providers, in place of the fields of others."""


class ProofIn(InputSerializer):
    """What comes with identities that are no address."""

    token = Further(max_length=10_000, required=False)
    code = Further(max_length=2_000, required=False)
    state = Further(max_length=2_000, required=False)
    nonce = Further(max_length=200, required=False)
    mac_address = Further(max_length=17, required=False)


def proof_of(given: Mapping[str, Any], path: str = "") -> Proof:
    """What the provider handed to the app: a token, or for OpenID Connect a code. Raises Invalid."""
    if given["provider"] != "OIDC_OAUTH" or not given.get("code"):
        required(given, "token", path)
    return Proof(given.get("token", ""), given.get("code", ""), given.get("nonce", ""))


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

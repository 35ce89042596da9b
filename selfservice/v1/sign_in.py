"""Registering, signing in and refreshing with an application's key (s2 §B3, §B6)."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.selectors import caller_in_member_session, contact_by_id, has_verified_address
from crm.contacts.services import open_member_session, register_member, sign_in_member
from crm.kernel.errors import Invalid
from crm.organisations.selectors import merchants, organisation_of_scope
from crm.organisations.services import Device, OpenedSession, refresh_session
from crm.web.device import device_of
from crm.web.dialects import SelfService
from crm.web.grants import Audience, grant
from crm.web.serializers import InputSerializer, OutputSerializer
from crm.web.tokens import access_token_for
from crm.web.viewset import DialectViewSet
from selfservice.v1.fields import CONSENT_STATES, CustomValue, custom_values
from selfservice.v1.pictures import avatar_told

# The other ways to sign in that the document names are refused by name until they are built.
PROVIDERS = ("EMAIL", "PHONE", "MAC_ADDRESS", "MW4", "FACEBOOK", "GOOGLE")


class SignedInContact(OutputSerializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    company_name = serializers.CharField()
    avatar = serializers.CharField()
    is_verified = serializers.ChoiceField(("true", "false"))


class NetworkEntry(OutputSerializer):
    external_id = serializers.CharField()
    org_type = serializers.CharField()
    org_relationship = serializers.CharField()
    name = serializers.CharField()


class TokensOut(OutputSerializer):
    """The token answer of the document (s2 §A, T)."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    exp = serializers.CharField(help_text="Epoch seconds, as text.")
    contact = SignedInContact()
    organisations = NetworkEntry(many=True)


class AuthenticateIn(InputSerializer):
    provider = serializers.ChoiceField(PROVIDERS)
    username = serializers.CharField(max_length=254, required=False)
    password = serializers.CharField(max_length=128, required=False, trim_whitespace=False)


class IdentityIn(InputSerializer):
    provider = serializers.ChoiceField(PROVIDERS)
    username = serializers.CharField(max_length=254, required=False)
    password = serializers.CharField(max_length=128, required=False, trim_whitespace=False)
    validation_required = serializers.BooleanField(required=False)


class RegisterIn(InputSerializer):
    first_name = serializers.CharField(max_length=100)
    last_name = serializers.CharField(max_length=100)
    identity = IdentityIn()
    service_acceptance = serializers.BooleanField(required=False)
    email_opt_out = serializers.BooleanField(required=False)
    sms_opt_out = serializers.BooleanField(required=False)
    consent_state = serializers.ChoiceField(CONSENT_STATES, required=False)
    country_of_agreement = serializers.CharField(max_length=3, required=False)
    custom_fields = CustomValue(many=True, required=False)
    pass_code = serializers.CharField(max_length=64, required=False)


class RefreshIn(InputSerializer):
    refresh_token = serializers.CharField(max_length=200, required=False, allow_blank=True)


_OPEN = grant("auth:sign-in:write", Audience.PUBLISHABLE_KEY)


class SignInViewSet(DialectViewSet):
    dialect = SelfService()
    grants = {"register": _OPEN, "authenticate": _OPEN, "refresh": _OPEN}
    reads = {"register": RegisterIn, "authenticate": AuthenticateIn, "refresh": RefreshIn}
    answers = {"register": TokensOut, "authenticate": TokensOut, "refresh": TokensOut}
    outside_transaction = frozenset({"authenticate", "refresh"})
    field_names = {"email": "identity.username", "password": "identity.password", "value": "identity.username"}

    def register(self, request: Request) -> Any:
        """A new contact who signs in with an e-mail address and a password; they are signed in at once."""
        values = self.read()
        identity = _email_identity(values.pop("identity"), "identity.")
        if values.pop("pass_code", None) is not None:
            raise Invalid("There is no such pass.", field="pass_code")
        values.pop("service_acceptance", None)
        if "consent_state" in values:
            values["consent_state"] = values["consent_state"].lower()
        if "custom_fields" in values:
            values["custom_fields"] = custom_values(values["custom_fields"])
        customer = register_member(email=identity["username"], password=identity["password"], **values)
        return token_answer(open_member_session(contact_id=customer.pk, device=device_of(request)))

    def authenticate(self, request: Request) -> Any:
        """Sign in with an e-mail address and a password."""
        given = _email_identity(self.read())
        device = device_of(request)
        return token_answer(sign_in_member(email=given["username"], password=given["password"], device=device))

    def refresh(self, request: Request) -> Any:
        """New tokens for a refresh token, from the header `refresh_token` or the body; each can be used once."""
        # The header arrives alike, however its two words are joined.
        text = request.headers.get("refresh-token") or self.read().get("refresh_token", "")
        return token_answer(_refreshed(str(text), device_of(request)))


def _refreshed(text: str, device: Device) -> OpenedSession:
    opened = refresh_session(refresh_token=text, device=device, kind="member")
    # Whoever was deactivated since then stays outside.
    caller_in_member_session(opened.session.id)
    return opened


def _email_identity(given: dict[str, Any], path: str = "") -> dict[str, Any]:
    """An e-mail identity with its password. Raises Invalid."""
    if given["provider"] != "EMAIL":
        raise Invalid("This way to sign in is not offered here.", field=f"{path}provider")
    for name in ("username", "password"):
        if not given.get(name):
            raise Invalid("This field is required.", field=f"{path}{name}")
    return given


def token_answer(opened: OpenedSession) -> dict[str, Any]:
    """The token answer for a session that was just opened or refreshed."""
    access = access_token_for(opened.session)
    contact = contact_by_id(UUID(str(opened.session.subject_id)))
    return {
        "access_token": str(access),
        "refresh_token": opened.refresh_token,
        "exp": str(access["exp"]),
        "contact": {
            "id": str(contact.id),
            "title": contact.title,
            "first_name": contact.first_name,
            "last_name": contact.last_name,
            "company_name": contact.company_name,
            "avatar": avatar_told(contact.id)["avatar"],
            "is_verified": "true" if has_verified_address(contact.id) else "false",
        },
        "organisations": _network(),
    }


def _network() -> list[dict[str, str]]:
    """The organisation itself, and the merchants of its network."""
    own = organisation_of_scope()
    first = {"external_id": own.slug, "org_type": "SERVICE_OWNER", "org_relationship": "MERCHANT", "name": own.name}
    others = [
        {"external_id": row.external_id, "org_type": row.kind, "org_relationship": row.relationship, "name": row.name}
        for row in merchants()
    ]
    return [first, *others]

"""Registering with an application's key (s2 §B6)."""

import re
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.services import (
    Credential,
    Registration,
    Vouched,
    ask_for_code,
    ask_to_verify,
    checked_registration,
    count_asking,
    open_member_session,
    register_member,
    register_vouched,
    vouched_for,
)
from crm.kernel.errors import Invalid
from crm.web.device import device_of
from crm.web.dialects import SelfService
from crm.web.serializers import Alternative, InputSerializer
from crm.web.viewset import DialectViewSet
from selfservice.v1.answers import TokensOrCodeOut, code_answer, token_answer
from selfservice.v1.credentials import OtherName, OtherPhone, read_phone
from selfservice.v1.fields import CONSENT_STATES, CustomValue, custom_values
from selfservice.v1.identities import PROVIDERS, SOCIAL, ProofIn, email_of, proof_of, required
from selfservice.v1.sign_in import OPEN

_NESTED = re.compile(r"(\w+)(?:\.(\w+)|\[(\w+)\])")
_NAMED = ("EMAIL", "PHONE")


class IdentityIn(ProofIn):
    provider = serializers.ChoiceField(PROVIDERS)
    username = serializers.CharField(max_length=254, required=False)
    email = OtherName(max_length=254, required=False)
    password = serializers.CharField(max_length=128, required=False, trim_whitespace=False, allow_blank=True)
    validation_required = serializers.BooleanField(required=False)
    phone_number = serializers.CharField(max_length=40, required=False)
    country_code = serializers.CharField(max_length=5, required=False, allow_blank=True)
    phone = OtherPhone(required=False)
    application_id = serializers.CharField(max_length=64, required=False, allow_blank=True)


class OtherIdentity(Alternative, IdentityIn):
    """The second version's name of it."""


class RegisterIn(InputSerializer):
    first_name = serializers.CharField(max_length=100, required=False)
    last_name = serializers.CharField(max_length=100, required=False)
    identity = IdentityIn(required=False)
    identification = OtherIdentity(required=False)
    service_acceptance = serializers.BooleanField(required=False)
    email_opt_out = serializers.BooleanField(required=False)
    sms_opt_out = serializers.BooleanField(required=False)
    consent_state = serializers.ChoiceField(CONSENT_STATES, required=False)
    referral_code = serializers.CharField(max_length=64, required=False, allow_blank=True)
    country_of_agreement = serializers.CharField(max_length=3, required=False)
    custom_fields = CustomValue(many=True, required=False)
    pass_code = serializers.CharField(max_length=64, required=False)
    pass_pin = serializers.CharField(max_length=16, required=False)

    def to_internal_value(self, data: Any) -> Any:
        """A form has nested values as `identity.provider` or `identity[provider]`."""
        return super().to_internal_value(_nested(data) if isinstance(data, Mapping) else data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Who is vouched for by an account elsewhere need not say their name."""
        identity = attrs.pop("identification", None) or attrs.get("identity")
        named = ("first_name", "last_name") if not identity or identity["provider"] in _NAMED else ()
        needed = (*named, "identity") if not identity else named
        if missing := [name for name in needed if not attrs.get(name) and not (name == "identity" and identity)]:
            words = str(serializers.Field.default_error_messages["required"])
            raise serializers.ValidationError({name: serializers.ErrorDetail(words, "required") for name in missing})
        return attrs | {"identity": identity}


class RegisterViewSet(DialectViewSet):
    dialect = SelfService()
    grants = {"register": OPEN}
    reads = {"register": RegisterIn}
    answers = {"register": TokensOrCodeOut}
    vouched: Vouched | None = None
    field_names = {
        "email": "identity.username", "password": "identity.password", "value": "identity.username",
        "phone": "identity.phone_number", "name": "first_name", "phone_number": "identity.phone_number",
        "country_code": "identity.country_code", "username": "identity.username", "provider": "identity.provider",
        "token": "identity.token",
    }  # fmt: skip

    def register(self, request: Request) -> Any:
        """A new contact. With e-mail address and password they are signed in at once; with an address or a phone alone
        a one-time code is sent first, and whoever is known by it already is simply signed in.
        """
        values = self.read()
        identity = values.pop("identity")
        if identity["provider"] == "EMAIL":
            address = identity.get("username") or identity.get("email") or required(identity, "username")
            email, key = email_of(address, "email")
            if not identity.get("password"):
                return self._by_code(Credential("EMAIL", key), "email", _checked(values, email=email))
            return self._by_password(_checked(values, email=email), identity)
        if identity["provider"] == "PHONE":
            nested = identity.get("phone", {})
            number = identity.get("phone_number") or nested.get("number") or required(identity, "phone_number")
            phone = read_phone(number, identity.get("country_code") or nested.get("country_code", ""))
            return self._by_code(Credential("PHONE", phone.key), "sms", _checked(values, phone=phone.text))
        if self.vouched is not None:
            return self._by_provider(identity["provider"], self.vouched, values)
        raise Invalid("Nobody registers with this.", field="provider")

    def prepare(self) -> None:
        """Who is vouched for by an account elsewhere is asked about before the transaction."""
        identity = self.read()["identity"]
        if identity["provider"] in SOCIAL:
            self.vouched = vouched_for(identity["provider"], proof_of(identity))

    def _by_code(self, credential: Credential, channel: str, registration: Registration) -> dict[str, str]:
        count_asking(credentials=[credential], device=device_of(self.request))
        return code_answer(ask_for_code(credentials=[credential], channel=channel, registration=registration))

    def _by_provider(self, kind: str, vouched: Vouched, values: dict[str, Any]) -> Any:
        """The names and the address that the provider knows fill in for what was not sent."""
        identity = self.read()["identity"]
        names = {"first_name": vouched.first_name, "last_name": vouched.last_name}
        values = {name: value for name, value in names.items() if value} | values
        email = vouched.email or identity.get("email") or identity.get("username") or ""
        address = {"email": email_of(email, "email")[0]} if email else {}
        registration = _checked(values, **address)
        contact_id = register_vouched(kind=kind, vouched=vouched, registration=registration)
        return token_answer(open_member_session(contact_id=contact_id, device=device_of(self.request)))

    def _by_password(self, registration: Registration, identity: dict[str, Any]) -> Any:
        customer = register_member(password=identity["password"], registration=registration)
        if identity.get("validation_required"):
            ask_to_verify(contact_id=customer.pk, email=customer.contact.email)
        return token_answer(open_member_session(contact_id=customer.pk, device=device_of(self.request)))


def _checked(values: dict[str, Any], **address: str) -> Registration:
    """What was sent, in the domain's words, found good."""
    values = {name: value for name, value in values.items() if name != "service_acceptance"}
    if "consent_state" in values:
        values["consent_state"] = values["consent_state"].lower()
    if "custom_fields" in values:
        values["custom_fields"] = custom_values(values["custom_fields"])
    return checked_registration(**values, **address)


def _nested(form: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, value in form.items():
        if found := _NESTED.fullmatch(str(name)):
            inner = data.setdefault(found[1], {})
            if isinstance(inner, dict):
                inner[found[2] or found[3]] = value
        else:
            data[name] = value
    return data

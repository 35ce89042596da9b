"""Signing in and refreshing with an application's key (s2 §B3)."""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.selectors import caller_in_member_session
from crm.contacts.services import (
    Credential,
    ask_for_code,
    count_asking,
    let_in_vouched,
    open_member_session,
    sign_in_device,
    sign_in_member,
    vouched_for,
)
from crm.organisations.services import Device, OpenedSession, refresh_session
from crm.web.device import device_of
from crm.web.dialects import SelfService
from crm.web.grants import Audience, grant
from crm.web.serializers import InputSerializer
from crm.web.viewset import DialectViewSet
from selfservice.v1.answers import TokensOrCodeOut, TokensOut, code_answer, token_answer
from selfservice.v1.credentials import OtherPhone, read_phone
from selfservice.v1.identities import PROVIDERS, SOCIAL, ProofIn, email_of, proof_of, required

OPEN = grant("auth:sign-in:write", Audience.PUBLISHABLE_KEY)


class AuthenticateIn(ProofIn):
    provider = serializers.ChoiceField(PROVIDERS)
    username = serializers.CharField(max_length=254, required=False)
    password = serializers.CharField(max_length=128, required=False, trim_whitespace=False, allow_blank=True)
    phone_number = serializers.CharField(max_length=40, required=False)
    country_code = serializers.CharField(max_length=5, required=False, allow_blank=True)
    phone = OtherPhone(required=False)
    application_id = serializers.CharField(max_length=64, required=False, allow_blank=True)


class RefreshIn(InputSerializer):
    refresh_token = serializers.CharField(max_length=200, required=False, allow_blank=True)


class SignInViewSet(DialectViewSet):
    dialect = SelfService()
    grants = {"authenticate": OPEN, "refresh": OPEN}
    reads = {"authenticate": AuthenticateIn, "refresh": RefreshIn}
    answers = {"authenticate": TokensOrCodeOut, "refresh": TokensOut}
    outside_transaction = frozenset({"authenticate", "refresh"})
    field_names = {"email": "username", "value": "username"}

    def authenticate(self, request: Request) -> Any:
        """Sign in with an e-mail address and a password, with a token of a provider, or with a device. Without a
        password, and with a phone, a one-time code is sent and the answer says where to.
        """
        given = self.read()
        return _WAYS[given["provider"]](given, device_of(request))

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


def _by_email(given: dict[str, Any], device: Device) -> Any:
    username = required(given, "username")
    if given.get("password"):
        return token_answer(sign_in_member(email=username, password=given["password"], device=device))
    return _by_code(Credential("EMAIL", email_of(username)[1]), "email", device)


def _by_phone(given: dict[str, Any], device: Device) -> Any:
    nested = given.get("phone", {})
    number = given.get("phone_number") or nested.get("number") or required(given, "phone_number")
    phone = read_phone(number, given.get("country_code") or nested.get("country_code", ""))
    return _by_code(Credential("PHONE", phone.key), "sms", device)


def _by_code(credential: Credential, channel: str, device: Device) -> Any:
    count_asking(credentials=[credential], device=device)
    return code_answer(ask_for_code(credentials=[credential], channel=channel))


def _by_device(given: dict[str, Any], device: Device) -> Any:
    return token_answer(sign_in_device(mac=required(given, "mac_address"), device=device))


def _by_provider(given: dict[str, Any], device: Device) -> Any:
    vouched = vouched_for(given["provider"], proof_of(given))
    contact_id = let_in_vouched(kind=given["provider"], vouched=vouched)
    return token_answer(open_member_session(contact_id=contact_id, device=device))


_WAYS: dict[str, Callable[[dict[str, Any], Device], Any]] = {
    **dict.fromkeys(SOCIAL, _by_provider), "EMAIL": _by_email, "PHONE": _by_phone, "MAC_ADDRESS": _by_device,
}  # fmt: skip

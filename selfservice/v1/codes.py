"""One-time codes: asked for, looked up by, and shown (s2 §B3)."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.services import (
    Credential,
    ask_for_code,
    count_asking,
    count_look_up,
    ensure_somebody_is_meant,
    use_code,
)
from crm.kernel.errors import Invalid
from crm.web.device import device_of
from crm.web.dialects import SelfService
from crm.web.serializers import InputSerializer
from crm.web.viewset import DialectViewSet
from selfservice.v1.answers import CodeOut, TokensOut, code_answer, token_answer
from selfservice.v1.credentials import AUTH_OTP, CHANNELS, CredentialIn, OtherName, read_credentials
from selfservice.v1.identities import required
from selfservice.v1.sign_in import OPEN

MOST_CREDENTIALS = 10


class AskIn(InputSerializer):
    send_method = serializers.ChoiceField(tuple(CHANNELS), required=False)
    method = OtherName(required=False)
    credentials = CredentialIn(many=True, allow_empty=False, max_length=MOST_CREDENTIALS)  # type: ignore[call-arg]


class CodeIn(InputSerializer):
    code = serializers.CharField(max_length=20)
    auth_otp = serializers.CharField(max_length=64, required=False)
    credentials = CredentialIn(many=True, required=False, max_length=MOST_CREDENTIALS)  # type: ignore[call-arg]
    remember_me = serializers.BooleanField(required=False)


class CodeViewSet(DialectViewSet):
    dialect = SelfService()
    grants = {"otp": OPEN, "look_up": OPEN, "validate": OPEN, "validate_second": OPEN}
    reads = {"otp": AskIn, "look_up": AskIn, "validate": CodeIn, "validate_second": CodeIn}
    answers = {"otp": CodeOut, "validate": TokensOut, "validate_second": TokensOut}
    outside_transaction = frozenset(grants)

    def otp(self, request: Request) -> Any:
        """Send a one-time code to the one person whom all credentials mean; the answer is alike where there is none."""
        given = self.read()
        return self._sent(request, given, _looked_up_by(given))

    def look_up(self, request: Request) -> Any:
        """Whether the credentials mean exactly one person; nothing is sent. With a `send_method`, as older clients
        write it, a code is.
        """
        given = self.read()
        credentials = _looked_up_by(given)
        if given.get("send_method") or given.get("method"):
            return self._sent(request, given, credentials)
        count_look_up(device=device_of(request))
        ensure_somebody_is_meant(credentials=credentials)
        return None

    def validate(self, request: Request) -> Any:
        """Tokens for the code that was sent, named by its `auth_otp`, by the credentials it was asked with, or both."""
        given = self.read()
        named = [item["value"] for item in given.get("credentials", ()) if item["name"] == AUTH_OTP]
        credentials = read_credentials(item for item in given.get("credentials", ()) if item["name"] != AUTH_OTP)
        auth_otp = given.get("auth_otp") or next(iter(named), "")
        if not auth_otp and not credentials:
            required(given, "auth_otp")
        opened = use_code(
            code=given["code"].strip(), device=device_of(request), credentials=credentials,
            once_code_id=_id(auth_otp) if auth_otp else None,
        )  # fmt: skip
        return token_answer(opened)

    # The address of the second version.
    validate_second = validate

    def _sent(self, request: Request, given: dict[str, Any], credentials: list[Credential]) -> dict[str, str]:
        word = given.get("send_method") or given.get("method") or _usual(credentials)
        if word not in CHANNELS:
            raise Invalid("Choose SMS or EMAIL.", field="method")
        count_asking(credentials=credentials, device=device_of(request))
        return code_answer(ask_for_code(credentials=credentials, channel=CHANNELS[word]))


def _looked_up_by(given: dict[str, Any]) -> list[Credential]:
    if any(item["name"] == AUTH_OTP for item in given["credentials"]):
        raise Invalid("A code is asked for with what is known of somebody.", field="credentials")
    return read_credentials(given["credentials"])


def _usual(credentials: list[Credential]) -> str:
    """By mail to who was named by their address, else by SMS."""
    return "EMAIL" if any(credential.name == "EMAIL" for credential in credentials) else "SMS"


def _id(text: str) -> UUID:
    """What is no id is nobody's, like one that never was."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)

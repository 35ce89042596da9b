"""A member's own ways to sign in: another password, another address, another account (s2 §B3)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.services import (
    Vouched,
    add_identity,
    add_vouched,
    ask_to_add_email,
    ask_to_add_phone,
    set_password,
    vouched_for,
)
from crm.web.serializers import InputSerializer, OutputSerializer
from selfservice.v1.answers import CodeOrNothing, code_answer
from selfservice.v1.credentials import OtherName, OtherPhone, read_phone
from selfservice.v1.identities import PROVIDERS, SOCIAL, ProofIn, email_of, proof_of, required
from selfservice.v1.own import WRITE, OwnViewSet


class NewPasswordIn(InputSerializer):
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class NewIdentityIn(ProofIn):
    provider = serializers.ChoiceField(PROVIDERS, default="EMAIL")
    username = serializers.CharField(max_length=254, required=False)
    email = OtherName(max_length=254, required=False)
    password = serializers.CharField(max_length=128, required=False, trim_whitespace=False)
    phone_number = serializers.CharField(max_length=40, required=False)
    country_code = serializers.CharField(max_length=5, required=False, allow_blank=True)
    phone = OtherPhone(required=False)


class AddedOut(OutputSerializer):
    """Whose sign-in it is; where something has to be shown first, also where the code for that went."""

    id = serializers.UUIDField()
    obfuscated_value = CodeOrNothing(required=False)
    auth_otp = CodeOrNothing(required=False)


class OwnIdentityViewSet(OwnViewSet):
    grants = {"change_password": WRITE, "add": WRITE, "add_second": WRITE}
    reads = {"change_password": NewPasswordIn, "add": NewIdentityIn, "add_second": NewIdentityIn}
    answers = {"add": AddedOut, "add_second": AddedOut}
    vouched: Vouched | None = None
    field_names = {"value": "username", "email": "username"}

    def change_password(self, request: Request, contact_id: str) -> None:
        """Another password. Every other session ends before the answer arrives; this one stays."""
        set_password(
            contact_id=self.caller.id, password=self.read()["password"], keep_session_id=self.caller.session_id
        )

    def prepare(self) -> None:
        given = self.read()
        if given.get("provider") in SOCIAL:
            self.vouched = vouched_for(given["provider"], proof_of(given))

    def add(self, request: Request, contact_id: str) -> Any:
        """Another way to sign in. An e-mail address is good once the link that is mailed to it was followed, a phone
        once the code that is sent to it was shown.
        """
        given, own = self.read(), {"id": str(self.caller.id)}
        if given["provider"] == "EMAIL":
            address = given.get("username") or given.get("email") or required(given, "username")
            password = required(given, "password")
            ask_to_add_email(contact_id=self.caller.id, email=email_of(address)[0], password=password)
        elif given["provider"] == "PHONE":
            nested = given.get("phone", {})
            number = given.get("phone_number") or nested.get("number") or required(given, "phone_number")
            phone = read_phone(number, given.get("country_code") or nested.get("country_code", ""))
            own |= code_answer(ask_to_add_phone(contact_id=self.caller.id, phone=phone.text, key=phone.key))
        elif self.vouched is not None:
            add_vouched(contact_id=self.caller.id, kind=given["provider"], vouched=self.vouched)
        else:
            mac = required(given, "mac_address")
            add_identity(contact_id=self.caller.id, provider=given["provider"], value=mac)
        return own

    # The address of the second version.
    add_second = add

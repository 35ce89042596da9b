"""What somebody says of themselves, as S2 writes it: names of the document, several spellings, values to compare by."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from crm.contacts.services import CREDENTIAL_NAMES, Credential
from crm.kernel.addresses import BadEmail, BadPhone, Phone, checked_email, checked_phone, email_key
from crm.kernel.countries import alpha_2
from crm.kernel.errors import Invalid
from crm.web.serializers import Alternative, InputSerializer

AUTH_OTP = "AUTH_OTP"
CHANNELS = {"EMAIL": "email", "SMS": "sms"}
_SPELLINGS = {"BIRTH_DATE": "BIRTHDATE"}
_CALLING_CODE = re.compile(r"\+?\d{1,4}")


class OtherName(Alternative, serializers.CharField):
    """The second version's name of a field, or another spelling: taken in place of the first."""


class Phone2In(InputSerializer):
    """A phone as the second version writes it."""

    number = serializers.CharField(max_length=40, required=False)
    country_code = serializers.CharField(max_length=5, required=False, allow_blank=True)


class OtherPhone(Alternative, Phone2In):
    pass


class GiftPassIn(InputSerializer):
    """What goes with a gift pass. Nobody holds one yet."""

    email_address = serializers.CharField(max_length=254, required=False)
    phone_number = serializers.CharField(max_length=40, required=False)
    country_code = serializers.CharField(max_length=5, required=False)
    pin = serializers.CharField(max_length=64, required=False)
    last_spend_amount = serializers.CharField(max_length=40, required=False)


class CredentialIn(InputSerializer):
    name = serializers.ChoiceField((*CREDENTIAL_NAMES, AUTH_OTP, *_SPELLINGS))
    value = serializers.CharField(max_length=254)
    country_code = serializers.CharField(max_length=5, required=False, allow_blank=True)
    gift_pass = GiftPassIn(required=False)


def read_credentials(given: Iterable[Mapping[str, Any]]) -> list[Credential]:
    """The credentials as they are compared. Raises Invalid, naming the value that is none."""
    return [_read(item, f"credentials.{number}.value") for number, item in enumerate(given)]


def read_phone(number: str, country_code: str = "", *, field: str = "phone_number") -> Phone:
    """A number, written as in its country where that is told, by letters or calling code. Raises BadPhone, Invalid."""
    region = alpha_2(country_code) if country_code else None
    if country_code and region is None:
        if not _CALLING_CODE.fullmatch(country_code):
            raise Invalid(_("Enter the code of a country in three letters."), field="country_code")
        if not number.strip().startswith("+"):
            number = f"+{country_code.lstrip('+')}{number.strip().lstrip('0')}"
    try:
        return checked_phone(number, region=region)
    except BadPhone:
        raise BadPhone(field=field) from None


def _read(item: Mapping[str, Any], field: str) -> Credential:
    name, value = _SPELLINGS.get(item["name"], item["name"]), item["value"].strip()
    try:
        return Credential(name, _compared(name, value, item.get("country_code", ""), field))
    except BadEmail:
        raise BadEmail(field=field) from None


def _compared(name: str, value: str, country_code: str, field: str) -> str:
    if name == "EMAIL":
        return email_key(checked_email(value))
    if name == "PHONE":
        return read_phone(value, country_code, field=field).key
    if name == "BIRTHDATE":
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise Invalid(_("Enter a day as 1990-12-31."), field=field) from None
    return value

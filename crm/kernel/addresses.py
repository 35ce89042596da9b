"""E-mail addresses and telephone numbers: how they are kept, and how they are compared (where-they-meet.md).

An e-mail address is kept as it was written and compared trimmed and in lower case. A number is kept in E.164 where the
library parses it, valid or not, else as digits; numbers are compared by their digits.
"""

import re
from dataclasses import dataclass

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Invalid

LONGEST_EMAIL = 254
_PHONE_SIGNS = re.compile(r"[0-9+().\-/\s]+", re.ASCII)
_NOT_DIGITS = re.compile(r"[^0-9]")
_CODE_LENGTHS = range(1, 4)


class BadEmail(Invalid):
    code = "bad_email"
    field = "email"
    message = _("Enter a valid email address.")


class BadPhone(Invalid):
    code = "bad_phone"
    field = "phone"
    message = _("Enter a phone number of 7 to 15 digits.")


@dataclass(frozen=True, slots=True)
class Phone:
    """`text` is what is kept and shown, `key` its digits, `national` the digits without the country's code."""

    text: str
    key: str
    national: str


def email_key(email: str) -> str:
    """What two equal addresses have in common."""
    return email.strip().lower()


def checked_email(email: str) -> str:
    """The address, trimmed; raises BadEmail."""
    trimmed = email.strip()
    try:
        validate_email(trimmed)
    except ValidationError:
        raise BadEmail from None
    if len(trimmed) > LONGEST_EMAIL:
        raise BadEmail
    return trimmed


def phone_key(text: str) -> str:
    """The digits of anything."""
    return _NOT_DIGITS.sub("", text)


def checked_phone(text: str, *, region: str | None = None) -> Phone:
    """The number; raises BadPhone. `region` (ISO 3166 alpha-2) reads numbers written without a country code."""
    trimmed = text.strip()
    digits = phone_key(trimmed)
    if not _PHONE_SIGNS.fullmatch(trimmed) or not 7 <= len(digits) <= 15 or "+" in trimmed[1:]:
        raise BadPhone
    try:
        parsed = phonenumbers.parse(trimmed, region)
    except phonenumbers.NumberParseException:
        return Phone(digits, digits, digits)
    return _known(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _known(e164: str) -> Phone:
    """No country's code begins with another's, so one look at the digits tells where it ends."""
    key = phone_key(e164)
    country = next((end for end in _CODE_LENGTHS if int(key[:end]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), 0)
    return Phone(e164, key, key[country:])


def wanted_phone_key(text: str) -> str:
    """The digits to look a written number up by: normalised as a kept one would be, where it can be."""
    try:
        return checked_phone(text).key
    except BadPhone:
        return phone_key(text)


def phone_from_digits(digits: str) -> Phone:
    """A number known by its international digits alone, as the listings dialect sends it; raises BadPhone."""
    return checked_phone(f"+{phone_key(digits)}")


def kept_phone(text: str) -> Phone:
    """A number that is already in the form we keep: E.164, or bare digits."""
    if text.startswith("+"):
        return _known(text)
    return Phone(text, text, text)

"""What is said of a card or bank account, read: no number of a card comes further than this (PCI DSS, 3.3 and 3.4)."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from crm.kernel.errors import Invalid
from crm.orders.errors import CardNumberSent

# As many digits as cards have, and what they begin with.
_SHORTEST_CARD, _LONGEST_CARD = 13, 19
_FIRST_DIGITS = "23456"
_GROUPS = re.compile(r"[0-9]+(?:[\s._/-]{1,3}[0-9]+)*")
_FOUR_DIGITS = re.compile(r"[0-9]{4}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_ACCOUNT_NUMBER = re.compile(r"[A-Z0-9]{4,34}")
SHOWN = 4


def ensure_no_card_number(values: Mapping[str, Any], within: str = "") -> None:
    """Raises CardNumberSent, with the field, when a text among `values` holds a card's whole number."""
    for field, value in values.items():
        if isinstance(value, Mapping):
            ensure_no_card_number(value, f"{field}.")
        elif isinstance(value, str) and holds_card_number(value) and not _is_iban(value):
            raise CardNumberSent(field=f"{within}{field}")


def holds_card_number(text: str) -> bool:
    """Whether digits in `text`, in groups or in one, are a card's number by length, beginning and check digit."""
    return any(_is_card_number(digits) for digits in _runs_of_digits(unicodedata.normalize("NFKC", text)))


def bank_number(text: str) -> str:
    """An IBAN or another account number, without blanks. Raises Invalid."""
    number = _compact(text)
    if number[:2].isalpha() and number[2:4].isdigit() and not _is_iban(number):
        raise Invalid("This is no IBAN.", field="bank.number")
    if not _ACCOUNT_NUMBER.fullmatch(number):
        raise Invalid("Enter an account number of 4 to 34 letters and digits.", field="bank.number")
    return number


def ensure_four_digits(text: str) -> None:
    """Raises Invalid for anything but the end of a card's number."""
    if not _FOUR_DIGITS.fullmatch(text):
        raise Invalid("Enter the last four digits.", field="last_digits")


def last_digits(number: str) -> str:
    """The end of a number that is long enough to stay a secret then."""
    return number[-SHOWN:] if len(number) > 2 * SHOWN else ""


def _runs_of_digits(text: str) -> Iterator[str]:
    for found in _GROUPS.finditer(text):
        groups = re.findall(r"[0-9]+", found.group())
        for first in range(len(groups)):
            run = ""
            for group in groups[first:]:
                run += group
                if len(run) > _LONGEST_CARD:
                    break
                yield run


def _is_card_number(digits: str) -> bool:
    if len(digits) < _SHORTEST_CARD or digits[0] not in _FIRST_DIGITS:
        return False
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _compact(text: str) -> str:
    return re.sub(r"[ .-]", "", text).upper()


def _is_iban(text: str) -> bool:
    """By its shape and ISO 7064: letters count from 10, and the whole leaves 1 of 97. The digits of one may well be a
    card's number by chance.
    """
    number = _compact(text)
    if not _IBAN.fullmatch(number):
        return False
    return int("".join(str(int(char, 36)) for char in number[4:] + number[:4])) % 97 == 1

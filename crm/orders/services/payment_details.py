"""What is said of a card or bank account, read: no number of a card comes further than this (PCI DSS, 3.3 and 3.4)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from crm.kernel.errors import Invalid
from crm.orders.errors import CardNumberSent

# As many digits as cards have, and what they begin with.
_SHORTEST_CARD, _LONGEST_CARD = 13, 19
_FIRST_DIGITS = "23456"
_GROUPS = re.compile(r"[0-9]+(?:[ ./-]{1,2}[0-9]+)*")
_FOUR_DIGITS = re.compile(r"[0-9]{4}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_ACCOUNT_NUMBER = re.compile(r"[A-Z0-9]{4,34}")
SHOWN = 4


def ensure_no_card_number(values: Mapping[str, Any], within: str = "") -> None:
    """Raises CardNumberSent, with the field, when a text among `values` holds a card's whole number."""
    for field, value in values.items():
        if isinstance(value, Mapping):
            ensure_no_card_number(value, f"{field}.")
        elif isinstance(value, str) and holds_card_number(value):
            raise CardNumberSent(field=f"{within}{field}")


def holds_card_number(text: str) -> bool:
    """Whether digits in `text`, in groups or in one, are a card's number by length, beginning and check digit."""
    return any(_is_card_number(digits) for digits in _runs_of_digits(text))


def bank_number(text: str) -> str:
    """An IBAN or another account number, without blanks. Raises Invalid."""
    number = re.sub(r"[ .-]", "", text).upper()
    is_iban = number[:2].isalpha() and number[2:4].isdigit()
    if is_iban and (not _IBAN.fullmatch(number) or not _adds_up(number)):
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


def _adds_up(iban: str) -> bool:
    """By ISO 7064: letters count from 10, and the whole leaves 1 of 97."""
    return int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 == 1

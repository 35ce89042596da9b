"""How alike two people are, and what they are looked for by (semantics §3.13).

An equal e-mail address, document or tax number is as good as certain. Else a name counts for a half, the company for a
quarter and the birthday for a quarter, each as far as it is alike. A phone may be shared by a family or a switchboard
(where-they-meet.md, "One person"): with a like name it is certain, alone it is worth a look.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from crm.kernel.addresses import email_key
from crm.kernel.search import words_of

CERTAIN, REVIEW, FULL = 900, 750, 1000
NAME, COMPANY, BIRTHDAY = 500, 250, 250
LIKE_NAME = 0.8
LEAST_DIGITS = 7
LONGEST = 190
LEGAL_FORMS = frozenset(
    ["ab", "ag", "as", "bv", "co", "company", "corp", "corporation", "eg", "epe", "eood", "gmbh", "inc", "incorporated",
     "kg", "kgaa", "limited", "llc", "llp", "ltd", "mbh", "nv", "ohg", "oy", "plc", "pte", "pty", "sa", "sarl", "sas",
     "se", "sl", "spa", "srl", "ug"]
)  # fmt: skip
# Providers at whom dots, and what follows a plus, tell no two mailboxes apart.
ONE_MAILBOX = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
# Letters that sound alike, by their class; vowels after the first letter say little.
_SOUNDS = str.maketrans("ckqgzsxdtvwfbp", "kkkksssttfffpp", "aeiouhyj")


@dataclass(frozen=True)
class Likeness:
    """What of a person is compared. Phones are digits; `numbers` are of documents and taxes."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    birthday: date | None = None
    emails: frozenset[str] = field(default_factory=frozenset)
    phones: frozenset[str] = field(default_factory=frozenset)
    numbers: frozenset[str] = field(default_factory=frozenset)

    def match_keys(self) -> set[str]:
        """Whoever shares none of these cannot be alike enough: without company and birthday a name is half a reason."""
        found = {f"e:{same_mailbox(email)}" for email in self.emails} | {f"n:{number}" for number in self.numbers}
        found |= {f"p:{digits[-LEAST_DIGITS:]}" for digits in self.phones if len(digits) >= LEAST_DIGITS}
        sound = sound_of(self.first_name, self.last_name)
        company = plain_company(self.company)
        if sound and self.birthday:
            found.add(f"b:{self.birthday.isoformat()}:{sound}")
        if sound and company:
            found.add(f"c:{sound}:{company}")
        return {key[:LONGEST] for key in found}


def likeness(one: Likeness, other: Likeness, *, same_phone: int = REVIEW) -> tuple[int, list[str]]:
    """The score in thousandths, and what the two are alike in. `same_phone` is the least that one phone scores."""
    name = _alike(plain_name(one), plain_name(other))
    company = _alike(plain_company(one.company), plain_company(other.company))
    birthday = float(one.birthday is not None and one.birthday == other.birthday)
    score = round(NAME * name + COMPANY * company + BIRTHDAY * birthday)
    reasons = {"email": bool(_mailboxes(one) & _mailboxes(other)), "number": bool(one.numbers & other.numbers),
               "phone": _same_phone(one.phones, other.phones), "name": name >= LIKE_NAME,
               "company": company >= LIKE_NAME, "birthday": bool(birthday)}  # fmt: skip
    if reasons["email"] or reasons["number"] or (reasons["phone"] and reasons["name"]):
        score = FULL
    elif reasons["phone"]:
        score = max(score, same_phone)
    return score, [reason for reason, holds in reasons.items() if holds]


def same_mailbox(email: str) -> str:
    """Trimmed and in lower case; for some providers without what they overlook."""
    key = email_key(email)
    local, _at, domain = key.rpartition("@")
    if domain not in ONE_MAILBOX:
        return key
    return f"{local.partition('+')[0].replace('.', '')}@{ONE_MAILBOX[domain]}"


def plain_company(company: str) -> str:
    """Folded, without its legal form; a name of nothing else keeps it."""
    words = words_of(company)
    return " ".join(word for word in words if word not in LEGAL_FORMS) or " ".join(words)


def plain_name(person: Likeness) -> str:
    """The folded words in order of the alphabet, first names in their full form."""
    return " ".join(sorted([*map(full_name_of, words_of(person.first_name)), *words_of(person.last_name)]))


def sound_of(first: str, last: str) -> str:
    """How a family name sounds, and the first letter of the first name; "" for who lacks one of them."""
    words, firsts = words_of(last), words_of(first)
    if not words or not firsts:
        return ""
    return f"{_sound(''.join(words))}{full_name_of(firsts[0])[0]}"


def full_name_of(word: str) -> str:
    return _nicknames().get(word, word)


@cache
def _nicknames() -> dict[str, str]:
    """Short forms and what they stand for; one that stands for several names is taken for the first."""
    found: dict[str, str] = {}
    for line in Path(__file__).with_name("nicknames.txt").read_text().splitlines():
        full, *short = line.split() if not line.startswith("#") else [""]
        for word in short:
            found.setdefault(word, full)
    return found


def _sound(word: str) -> str:
    coded = word[:1] + word[1:].replace("ph", "f").translate(_SOUNDS)
    return "".join(letter for n, letter in enumerate(coded) if n == 0 or letter != coded[n - 1])


def _mailboxes(person: Likeness) -> set[str]:
    return {same_mailbox(email) for email in person.emails}


def _same_phone(ours: Iterable[str], theirs: frozenset[str]) -> bool:
    """Equal digits, or one number written without the country's code."""
    return any(_same_number(one, other) for one in ours for other in theirs)


def _same_number(one: str, other: str) -> bool:
    shorter, longer = sorted((one.lstrip("0"), other.lstrip("0")), key=len)
    return len(shorter) >= LEAST_DIGITS and longer.endswith(shorter)


def _alike(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    return 1.0 if one == other else SequenceMatcher(None, one, other, autojunk=False).ratio()

"""A quote that says what somebody said, and not who they are."""

import re
from collections.abc import Iterable

from crm.kernel.search import fold, words_of

_EMAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>().,;!?]+")
_PHONE = re.compile(r"\+?\d[\d\s().\-/]{5,}\d")
_DIGITS = re.compile(r"\d{5,}")
_WORD = re.compile(r"[^\W_]+")
LONGEST_QUOTE = 240


def masked(text: str, names: Iterable[str]) -> str:
    """`text` without e-mail addresses, telephone numbers, long runs of digits and the words of `names`."""
    hidden = {word for name in names for word in words_of(name) if len(word) > 1}
    text = _EMAIL.sub("[e-mail]", text)
    text = _DIGITS.sub("[number]", _PHONE.sub("[phone]", text))
    text = _WORD.sub(lambda found: "[name]" if fold(found[0]) in hidden else found[0], text)
    return text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1].rstrip()}…"

"""Which letters our fonts have; for the others a sign stands that says so, rather than nothing."""

import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

_REGULAR = Path(__file__).with_name("fonts") / "NotoSans-Regular.ttf"
_MISSING = "\ufffd"
# A minus is no letter of theirs, a dash of its length is.
_LIKE_IT = {"\u2212": "\u2013"}


def written(text: str, longest: int = 2_000) -> str:
    """`text` as it can be printed: Latin, Greek and Cyrillic letters, lines kept apart, no signs that nobody sees. More
    than the `longest` is cut off, for a row that is higher than a page cannot be printed.
    """
    text = text if len(text) <= longest else f"{text[: longest - 1]}…"
    known = _letters()
    signs = (
        sign if ord(sign) in known or sign == "\n" else _LIKE_IT.get(sign) or _in_place_of(sign)
        for sign in unicodedata.normalize("NFC", text)
    )
    return "".join(signs)


def _in_place_of(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind.startswith("Z") or sign in "\t\r":
        return " "
    return "" if kind in ("Cc", "Cf", "Mn") else _MISSING


@cache
def _letters() -> frozenset[int]:
    with TTFont(_REGULAR) as font:
        return frozenset(font.getBestCmap())

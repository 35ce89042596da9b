"""A comment cut into what is judged by itself: sentences, and their halves before and after a `but`."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

_ENDS = re.compile(r"(?:[.!?…]+(?=\s|$))|[\n\r;]+")
# Words after which something else is said than before, by language.
_TURNS = {
    "en": re.compile(r"[,–-]?\s\b(?:but|however|although|though)\b", re.IGNORECASE),
    "de": re.compile(r"[,–-]?\s\b(?:aber|jedoch|allerdings|obwohl)\b", re.IGNORECASE),
    "fr": re.compile(r"[,–-]?\s\b(?:mais|cependant|pourtant)\b", re.IGNORECASE),
    "es": re.compile(r"[,–-]?\s\b(?:pero|aunque)\b", re.IGNORECASE),
}


class Sentence(NamedTuple):
    """What stands from `begins` to `ends` in the comment."""

    begins: int
    ends: int
    text: str


def sentences_of(comment: str, language: str) -> list[Sentence]:
    """The sentences of a comment, without the blanks around them."""
    cuts = sorted({0, len(comment), *_cuts(comment, language)})
    pieces = (_trimmed(comment, begins, ends) for begins, ends in pairwise(cuts))
    return [piece for piece in pieces if any(letter.isalnum() for letter in piece.text)]


def _cuts(comment: str, language: str) -> Iterator[int]:
    yield from (found.end() for found in _ENDS.finditer(comment))
    turns = _TURNS.get(language)
    if turns is not None:
        yield from (found.start() for found in turns.finditer(comment))


def _trimmed(comment: str, begins: int, ends: int) -> Sentence:
    text = comment[begins:ends]
    begins += len(text) - len(text.lstrip(" \t\n\r,–-"))
    text = comment[begins:ends].rstrip()
    return Sentence(begins, begins + len(text), text)

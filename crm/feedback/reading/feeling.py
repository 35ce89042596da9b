"""How a sentence feels, from −1 to 1: by a lexicon that knows negation, in English; else by the rating beside it."""

from functools import lru_cache
from typing import Any

# A sentence in capitals of five thousand characters says no more about a feeling than its beginning.
_READ = 1_000


def feeling_of(sentence: str, language: str, lean: float) -> float:
    """`lean` is the rating from −1 to 1: it counts where the lexicon knows none of the words, or not the language."""
    known = float(_lexicon().polarity_scores(sentence[:_READ])["compound"]) if language == "en" else 0.0
    return known or lean


@lru_cache(maxsize=1)
def _lexicon() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()

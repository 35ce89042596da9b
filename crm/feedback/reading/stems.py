"""Words brought to their stems, so that "deliveries" and "delivery" are one."""

from functools import cache, lru_cache
from typing import Any

from crm.kernel.search import words_of

# By ISO 639-1 code, what the library calls the language.
_ALGORITHMS = {
    "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "lt": "lithuanian", "nl": "dutch", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
DEFAULT = "en"


def language_of(locale: str) -> str:
    """The language of a tag such as `de-AT`; English where there is none."""
    return locale.replace("_", "-").partition("-")[0].lower()[:3] or DEFAULT


def stems_of(text: str, language: str) -> tuple[str, ...]:
    """The stems of a text's words, in order; of a language that nobody stems, the folded words."""
    return tuple(_stem(word, language) for word in words_of(text))


@lru_cache(maxsize=20_000)
def _stem(word: str, language: str) -> str:
    stemmer = _stemmer(language)
    return word if stemmer is None else str(stemmer.stemWord(word))


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(_ALGORITHMS[language]) if language in _ALGORITHMS else None

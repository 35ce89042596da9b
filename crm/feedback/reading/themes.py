"""Which themes a sentence is about: keywords and phrases by their stems, unless a word says that it is not meant."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.feedback.reading.stems import DEFAULT, stems_of

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """The phrases of all themes in one language, by their first stem: each with its theme."""

    language: str
    keywords: Mapping[str, list[tuple[Phrase, str]]] = field(default_factory=dict)
    excludes: Mapping[str, list[tuple[Phrase, str]]] = field(default_factory=dict)

    def themes_in(self, sentence: str) -> set[str]:
        """The keys of the themes that a sentence is about, any number of them."""
        stems = stems_of(sentence, self.language)
        return set(_found(self.keywords, stems)) - set(_found(self.excludes, stems))


def lexicon_for(language: str, themes: Iterable[tuple[str, Mapping[str, Any]]]) -> Lexicon:
    """What themes, each a key and its words by language, say in `language`; in English where they say nothing in it."""
    words = [(key, by_language) for key, by_language in themes]
    if not any(by_language.get(language) for _key, by_language in words):
        language = DEFAULT
    return Lexicon(language, _compiled(words, language, "keywords"), _compiled(words, language, "excludes"))


def _compiled(
    themes: Iterable[tuple[str, Mapping[str, Any]]], language: str, kind: str
) -> dict[str, list[tuple[Phrase, str]]]:
    compiled: dict[str, list[tuple[Phrase, str]]] = {}
    for key, by_language in themes:
        for text in by_language.get(language, {}).get(kind, []):
            phrase = stems_of(text, language)
            if phrase:
                compiled.setdefault(phrase[0], []).append((phrase, key))
    return compiled


def _found(compiled: Mapping[str, list[tuple[Phrase, str]]], stems: Phrase) -> Iterator[str]:
    for place, stem in enumerate(stems):
        for phrase, key in compiled.get(stem, ()):
            if stems[place : place + len(phrase)] == phrase:
                yield key

"""What comes up again and again in texts that no theme explains: one to three words in a row, ranked by TF-IDF."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log

from crm.feedback.reading.stems import stems_of
from crm.kernel.search import words_of

LEAST_DOCUMENTS, MOST_WORDS = 3, 3
Phrase = tuple[str, ...]
# What a phrase neither begins nor ends with: words that say nothing by themselves, or only how good it was.
_EMPTY_WORDS = frozenset(
    words_of("""
    a about after again all also always am an and any are as at be because been before being both by but can could did
    do does doing don down during each even ever every few for from further get got had has have having he her here him
    his how i if in into is it its just like me more most much my never no nor not now of off on once one only or other
    our out over own really same she should so some still such than that the their them then there these they thing
    things this those through to too under until up us very was we were what when where which while who whom why will
    with would you your yours ive dont didnt doesnt isnt wasnt cant couldnt wont
    bad best better good great nice ok okay perfect poor terrible awful amazing excellent fine happy love loved lovely
    thank thanks well worse worst wonderful
    get gets give gives make makes made need needs please want wants wanted wish nobody somebody everybody told said
    """)
)


@dataclass
class Term:
    """`stems` is what equal phrases have in common; `text` how people wrote it most often."""

    stems: Phrase
    documents: int = 0
    times: int = 0
    texts: Counter[str] = field(default_factory=Counter)
    weight: float = 0.0

    @property
    def text(self) -> str:
        return min(self.texts, key=lambda text: (-self.texts[text], text))


def terms_in(documents: Iterable[Sequence[str]], language: str) -> list[Term]:
    """The phrases of at least three documents, each given as its sentences; the heaviest first.

    A phrase that only ever comes up inside a longer one is left out.
    """
    terms: dict[Phrase, Term] = {}
    number = 0
    for sentences in documents:
        number += 1
        found: defaultdict[Phrase, list[str]] = defaultdict(list)
        for sentence in sentences:
            for stems, text in _phrases(sentence, language):
                found[stems].append(text)
        for stems, texts in found.items():
            term = terms.setdefault(stems, Term(stems))
            term.documents += 1
            term.times += len(texts)
            term.texts.update(texts)
    common = {stems: term for stems, term in terms.items() if term.documents >= LEAST_DOCUMENTS}
    inside = _parts_of_longer(common)
    kept = [term for stems, term in common.items() if stems not in inside]
    for term in kept:
        term.weight = term.times * (log((1 + number) / (1 + term.documents)) + 1)
    return sorted(kept, key=lambda term: (-term.weight, term.stems))


def _phrases(sentence: str, language: str) -> Iterator[tuple[Phrase, str]]:
    words, stems = words_of(sentence), stems_of(sentence, language)
    for begins in range(len(words)):
        for ends in range(begins + 1, min(begins + MOST_WORDS, len(words)) + 1):
            if not (_is_empty(words[begins]) or _is_empty(words[ends - 1])):
                yield stems[begins:ends], " ".join(words[begins:ends])


def _is_empty(word: str) -> bool:
    return len(word) < 3 or word.isdigit() or word in _EMPTY_WORDS


def _parts_of_longer(common: Mapping[Phrase, Term]) -> set[Phrase]:
    """Phrases that come up in no more documents than a longer one which they are part of."""
    parts: set[Phrase] = set()
    for stems, term in common.items():
        for length in range(1, len(stems)):
            for begins in range(len(stems) - length + 1):
                part = stems[begins : begins + length]
                if part in common and common[part].documents <= term.documents:
                    parts.add(part)
    return parts

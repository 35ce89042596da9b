"""Themes that comments ask for: what comes up where no theme explains it, found at night, decided on by staff."""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from crm.feedback.errors import CandidateDecidedBefore, CandidateNotFound, UnknownTheme
from crm.feedback.events import CandidateAccepted, CandidateDismissed
from crm.feedback.models import Candidate, CandidateState, Taxonomy
from crm.feedback.reading.phrases import Term, terms_in
from crm.feedback.reading.sentences import sentences_of
from crm.feedback.reading.stems import language_of
from crm.feedback.selectors import comments, themes_of
from crm.feedback.services.defaults import taxonomy_in_use
from crm.feedback.services.reading import Lexicons
from crm.feedback.services.taxonomy import ThemeValues, write_taxonomy
from crm.kernel.clock import now
from crm.kernel.copying import insert_rows, update_rows
from crm.kernel.events import record
from crm.kernel.locks import hold_names
from crm.kernel.transactions import atomic

LOOKED_BACK, MOST_COMMENTS, MOST_TERMS = timedelta(days=365), 5_000, 30
_LONGEST = 120


@atomic
def suggest_themes() -> int:
    """Look through the latest comments of a year for what no theme explains; how many suggestions are open. What staff
    have decided on is not suggested again.
    """
    hold_names("theme candidates")
    known = {(row.language, row.key): row for row in Candidate.objects.for_update()}
    found: list[Candidate] = []
    for language, documents in _unexplained().items():
        terms = [term for term in terms_in(documents, language) if _is_open(known.get((language, _key(term))))]
        found += [_written(known, language, term) for term in terms[:MOST_TERMS]]
    open_before = {row.pk for row in known.values() if row.state == CandidateState.OPEN}
    Candidate.objects.filter(pk__in=open_before - {row.pk for row in found}).delete()
    insert_rows(Candidate, [row for row in found if row.pk not in open_before])
    update_rows(Candidate, [row for row in found if row.pk in open_before], ["term", "documents", "weight", "found_at"])
    return len(found)


@atomic
def accept_candidate(*, candidate_id: UUID, theme: str = "", new_theme: str = "") -> Taxonomy:
    """Make a suggestion a keyword: of the theme with the key `theme`, or of one that is made with the name `new_theme`.

    Raises CandidateNotFound, CandidateDecidedBefore, UnknownTheme, BadTaxonomy.
    """
    candidate = _locked(candidate_id)
    themes = _values_of(taxonomy_in_use())
    if bool(theme) == bool(new_theme.strip()) or (theme and theme not in themes):
        raise UnknownTheme
    chosen = themes.setdefault(theme or "\0", {"name": new_theme, "words": {}})
    chosen["words"] = _with_keyword(chosen, candidate)
    taxonomy = write_taxonomy(themes=list(themes.values()))
    _decide(candidate, CandidateState.ACCEPTED)
    record(CandidateAccepted(candidate_id=candidate.pk, theme=theme or new_theme.strip()))
    return taxonomy


@atomic
def dismiss_candidate(*, candidate_id: UUID) -> None:
    """It is no theme, and is not suggested again. Raises CandidateNotFound, CandidateDecidedBefore."""
    candidate = _locked(candidate_id)
    _decide(candidate, CandidateState.DISMISSED)
    record(CandidateDismissed(candidate_id=candidate.pk))


def _unexplained() -> dict[str, list[list[str]]]:
    """Of the latest comments those sentences that no theme is told by, by language."""
    lexicons = Lexicons(taxonomy_in_use())
    recent = comments().filter(answered_at__gt=now() - LOOKED_BACK).order_by("-answered_at", "-pk")
    documents: defaultdict[str, list[list[str]]] = defaultdict(list)
    for comment, locale in recent.values_list("comment", "customer__contact__language")[:MOST_COMMENTS]:
        language = language_of(locale)
        lexicon = lexicons[language]
        texts = [sentence.text for sentence in sentences_of(comment, language)]
        documents[language].append([text for text in texts if not lexicon.themes_in(text)])
    return documents


def _is_open(candidate: Candidate | None) -> bool:
    return candidate is None or candidate.state == CandidateState.OPEN


def _key(term: Term) -> str:
    return " ".join(term.stems)[:_LONGEST]


def _written(known: dict[tuple[str, str], Candidate], language: str, term: Term) -> Candidate:
    """The row of a term, new or as it was, with today's figures, unsaved."""
    row = known.get((language, _key(term))) or Candidate(language=language, key=_key(term))
    row.term, row.documents, row.weight, row.found_at = term.text[:_LONGEST], term.documents, term.weight, now()
    return row


def _values_of(taxonomy: Taxonomy) -> dict[str, ThemeValues]:
    return {theme.key: {"name": theme.name, "words": theme.words} for theme in themes_of(taxonomy.pk)}


def _with_keyword(theme: ThemeValues, candidate: Candidate) -> dict[str, dict[str, list[str]]]:
    words = {
        language: {kind: list(given) for kind, given in kinds.items()} for language, kinds in theme["words"].items()
    }
    words.setdefault(candidate.language, {}).setdefault("keywords", []).append(candidate.term)
    return words


def _locked(candidate_id: UUID) -> Candidate:
    candidate = Candidate.objects.for_update().filter(pk=candidate_id).first()
    if candidate is None:
        raise CandidateNotFound
    if candidate.state != CandidateState.OPEN:
        raise CandidateDecidedBefore
    return candidate


def _decide(candidate: Candidate, state: CandidateState) -> None:
    candidate.state, candidate.decided_at = state, now()
    candidate.save(update_fields=["state", "decided_at"])

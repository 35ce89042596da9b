"""Answers are read in a worker: how they feel, and for which themes of the version in use they speak."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from statistics import fmean
from uuid import UUID

from crm.feedback.models import FeedbackRequest, FeedbackState, Taxonomy, ThemeMention
from crm.feedback.reading.feeling import feeling_of
from crm.feedback.reading.sentences import Sentence, sentences_of
from crm.feedback.reading.stems import language_of
from crm.feedback.reading.themes import Lexicon, lexicon_for
from crm.feedback.scales import lean_of
from crm.feedback.selectors import themes_of
from crm.feedback.services.defaults import taxonomy_in_use
from crm.kernel.copying import insert_rows, update_rows
from crm.kernel.transactions import atomic

CHUNK = 500
_THOUSANDTHS = Decimal("0.001")


class Lexicons:
    """The lexicon of each language that comes up, of one version of the themes."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._themes = [(theme.key, theme.words) for theme in themes_of(taxonomy.pk)]
        self._made: dict[str, Lexicon] = {}

    def __getitem__(self, language: str) -> Lexicon:
        if language not in self._made:
            self._made[language] = lexicon_for(language, self._themes)
        return self._made[language]


@atomic
def read_answers(*, feedback_ids: Collection[UUID]) -> int:
    """Read answers for the themes in use; what earlier versions found in them stays. How many answers there were."""
    taxonomy = taxonomy_in_use()
    rows = FeedbackRequest.objects.for_update().filter(pk__in=feedback_ids, state=FeedbackState.ANSWERED)
    answers = list(rows.select_related("customer__contact").order_by("pk"))
    lexicons = Lexicons(taxonomy)
    mentions = [mention for answer in answers for mention in _read(answer, taxonomy, lexicons)]
    insert_rows(ThemeMention, mentions)
    update_rows(FeedbackRequest, answers, ["sentiment", "taxonomy"])
    return len(answers)


def reread_next(after: str) -> tuple[str, int]:
    """Read the next five hundred answers behind the id `after` that were not read with the version in use; the last id,
    and how many.
    """
    taxonomy = taxonomy_in_use()
    rows = FeedbackRequest.objects.filter(state=FeedbackState.ANSWERED).exclude(taxonomy=taxonomy).order_by("pk")
    if after:
        rows = rows.filter(pk__gt=UUID(after))
    ids = list(rows.values_list("pk", flat=True)[:CHUNK])
    read_answers(feedback_ids=ids)
    return (str(ids[-1]) if ids else after), len(ids)


def _read(answer: FeedbackRequest, taxonomy: Taxonomy, lexicons: Lexicons) -> Iterator[ThemeMention]:
    """Set the answer's feeling, unsaved; its mentions."""
    language, lean = language_of(answer.customer.contact.language), lean_of(answer.scale, answer.rating or 0)
    sentences = sentences_of(answer.comment, language)
    feelings = [feeling_of(sentence.text, language, lean) for sentence in sentences]
    answer.sentiment, answer.taxonomy = _mean(feelings or [lean]), taxonomy
    for theme, places in _found(sentences, lexicons[language]).items():
        first = sentences[places[0]]
        yield ThemeMention(
            request=answer, taxonomy=taxonomy, theme=theme, sentiment=_mean([feelings[place] for place in places]),
            begins=first.begins, ends=first.ends,
        )  # fmt: skip


def _found(sentences: Sequence[Sentence], lexicon: Lexicon) -> Mapping[str, list[int]]:
    """In which sentences each theme comes up."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place, sentence in enumerate(sentences):
        for theme in sorted(lexicon.themes_in(sentence.text)):
            found[theme].append(place)
    return found


def _mean(feelings: Sequence[float]) -> Decimal:
    return Decimal(fmean(feelings)).quantize(_THOUSANDTHS)

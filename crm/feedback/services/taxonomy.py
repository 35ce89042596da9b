"""The themes that comments are read for, as staff write them: each writing is a version of its own, in use at once."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from django.utils.text import slugify
from django.utils.translation import gettext as _

from crm.feedback.errors import BadTaxonomy, TaxonomyUnchanged
from crm.feedback.events import TaxonomyWritten
from crm.feedback.models import Taxonomy, Theme
from crm.feedback.reading.stems import language_of, stems_of
from crm.feedback.selectors import current_taxonomy, themes_of
from crm.kernel.changes import check_row
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.locks import hold_names
from crm.kernel.transactions import atomic

MOST_THEMES, MOST_PHRASES, LONGEST_PHRASE = 60, 200, 60
Words = Mapping[str, Mapping[str, Sequence[str]]]


class ThemeValues(TypedDict):
    """`words` are, by language, `keywords` and `excludes`. A theme keeps its key as long as it keeps its name."""

    name: str
    words: Words


@atomic
def write_taxonomy(*, themes: Sequence[ThemeValues]) -> Taxonomy:
    """The next version, in use from now on; comments of before are read anew, and what was read stays.

    Raises BadTaxonomy, TaxonomyUnchanged.
    """
    hold_names("feedback taxonomy")
    last = current_taxonomy()
    taxonomy = Taxonomy(number=last.number + 1 if last else 1, created_at=now())
    rows = _rows(taxonomy, themes, _keys_of(last))
    if last is not None and _content(themes_of(last.pk)) == _content(rows):
        raise TaxonomyUnchanged
    taxonomy.save(force_insert=True)
    Theme.objects.bulk_create(rows)
    record(TaxonomyWritten(taxonomy_id=taxonomy.pk, number=taxonomy.number, themes=len(rows)))
    return taxonomy


def _keys_of(last: Taxonomy | None) -> dict[str, str]:
    return {theme.name.casefold(): theme.key for theme in themes_of(last.pk)} if last else {}


def _content(themes: Sequence[Theme]) -> list[tuple[str, str, Any]]:
    return [(theme.key, theme.name, theme.words) for theme in themes]


def _rows(taxonomy: Taxonomy, themes: Sequence[ThemeValues], keys: Mapping[str, str]) -> list[Theme]:
    if not 1 <= len(themes) <= MOST_THEMES:
        raise BadTaxonomy(_("There are 1 to %(most)d themes.") % {"most": MOST_THEMES})
    taken: set[str] = set()
    rows: list[Theme] = []
    for position, values in enumerate(themes):
        name = values["name"].strip()
        if name.casefold() in {row.name.casefold() for row in rows}:
            raise BadTaxonomy(_("%(name)s is there twice.") % {"name": name})
        key = _free_key(keys.get(name.casefold()) or slugify(name)[:36] or "theme", taken)
        row = Theme(taxonomy=taxonomy, position=position, key=key, name=name, words=_checked(name, values["words"]))
        check_row(row, exclude=("taxonomy", "words"))
        rows.append(row)
    return rows


def _free_key(wanted: str, taken: set[str]) -> str:
    keys = (wanted, *(f"{wanted}-{number}" for number in range(2, MOST_THEMES + 2)))
    key = next(key for key in keys if key not in taken)
    taken.add(key)
    return key


def _checked(name: str, words: Words) -> dict[str, dict[str, list[str]]]:
    """The words by language, trimmed, each once; a theme without a keyword tells nothing."""
    by_language: dict[str, dict[str, list[str]]] = {}
    for locale, given in words.items():
        language = language_of(locale)
        kinds = {kind: _phrases(name, language, given.get(kind, ())) for kind in ("keywords", "excludes")}
        if any(kinds.values()):
            by_language[language] = kinds
    if not any(kinds["keywords"] for kinds in by_language.values()):
        raise BadTaxonomy(_("%(name)s needs at least one keyword.") % {"name": name})
    return by_language


def _phrases(name: str, language: str, given: Sequence[str]) -> list[str]:
    phrases = list(dict.fromkeys(text.strip() for text in given if text.strip()))
    if len(phrases) > MOST_PHRASES:
        raise BadTaxonomy(_("%(name)s has too many keywords.") % {"name": name})
    for phrase in phrases:
        if len(phrase) > LONGEST_PHRASE or "\0" in phrase or not stems_of(phrase, language):
            shown = {"name": name, "word": phrase[:LONGEST_PHRASE].replace("\0", "")}
            raise BadTaxonomy(_("%(name)s: “%(word)s” is no keyword.") % shown)
    return phrases

"""Search by word prefix, the same for every surface and every noun (where-they-meet.md, "Search").

A record's text is folded and cut into words; the words are kept in a column beside it, from which PostgreSQL generates
a tsvector under a GIN index. Every word begins with a mark of the tenant, so the index is divided by tenant like all
others. A mark of one letter tells special words apart: a whole e-mail address, a number's digits, a name's parts.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models

from crm.kernel.addresses import email_key, kept_phone, phone_key, wanted_phone_key
from crm.kernel.tenancy.scope import Tenant, current_scope

_WORD = re.compile(r"[^\W_]+")
_DIGITS_AND_SIGNS = re.compile(r"[0-9+().\-/\s]+", re.ASCII)
# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i", "ŧ": "t"}
)
LONGEST_WORD = 100
LEAST_PHONE_DIGITS = 4


class Mark(StrEnum):
    """What kind of word it is."""

    TEXT = "t"
    EMAIL = "e"
    PHONE = "p"
    FIRST_NAME = "f"
    LAST_NAME = "l"


def fold(text: str) -> str:
    """Without case and accents: `Müller` and `MULLER` are alike."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return "".join(letter for letter in folded if not unicodedata.combining(letter)).casefold()


def words_of(text: str) -> list[str]:
    """The folded words of a text, cut at everything that is neither letter nor digit."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]


class Words:
    """Collects what one record can be found by."""

    def __init__(self, tenant: Tenant) -> None:
        self._mark = tenant_mark(tenant)
        self._words: set[str] = set()

    def text(self, *texts: str, mark: Mark = Mark.TEXT) -> None:
        for text in texts:
            self._add(mark, words_of(text))

    def email(self, email: str) -> None:
        self.text(email)
        self._add(Mark.EMAIL, [fold(email_key(email))] if email else [])

    def phone(self, phone: str) -> None:
        if phone:
            number = kept_phone(phone)
            self.text(number.key)
            self._add(Mark.PHONE, [number.key, number.national])

    def sorted(self) -> list[str]:
        return sorted(self._words)

    def _add(self, mark: Mark, words: Iterable[str]) -> None:
        self._words.update(f"{self._mark}{mark}{word}" for word in words)


@lru_cache
def tenant_mark(tenant: Tenant) -> str:
    """Ten characters that begin each of a tenant's words."""
    return hashlib.sha256(f"{tenant.organisation_id}{tenant.mode}".encode()).hexdigest()[:10]


def prefix_query(search: str) -> "PrefixQuery | None":
    """The query for a search in the open scope's records, or None when no record can match."""
    stripped = search.replace("\0", " ").strip()
    if _DIGITS_AND_SIGNS.fullmatch(stripped) and len(phone_key(stripped)) >= LEAST_PHONE_DIGITS:
        return _any_of(Mark.PHONE, {phone_key(stripped), wanted_phone_key(stripped)})
    wanted: list[tuple[Mark, str]] = []
    for part in stripped.split():
        if "@" in part:
            wanted.append((Mark.EMAIL, fold(email_key(part))))
        else:
            wanted += [(Mark.TEXT, word) for word in words_of(part)]
    return _all_of(wanted)


def name_query(name: str, *marks: Mark) -> "PrefixQuery | None":
    """The query for records in which every word of `name` begins a word under one of `marks`; None as above."""
    tenant = tenant_mark(current_scope().tenant)
    groups = [" | ".join(_lexeme(tenant, mark, word) for mark in marks) for word in words_of(name)]
    return PrefixQuery(" & ".join(f"({group})" for group in groups)) if groups else None


def _any_of(mark: Mark, words: set[str]) -> "PrefixQuery":
    tenant = tenant_mark(current_scope().tenant)
    return PrefixQuery(" | ".join(_lexeme(tenant, mark, word) for word in sorted(words)))


def _all_of(wanted: list[tuple[Mark, str]]) -> "PrefixQuery | None":
    tenant = tenant_mark(current_scope().tenant)
    return PrefixQuery(" & ".join(_lexeme(tenant, mark, word) for mark, word in wanted)) if wanted else None


def _lexeme(tenant: str, mark: Mark, word: str) -> str:
    quoted = f"{tenant}{mark}{word}".replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':*"


class PrefixQuery(SearchQuery):
    """A finished tsquery for `filter(search=...)`: its lexemes are taken as they are, not parsed and stemmed again."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> Any:
        return "%s::tsquery", [self.text]


class SearchWordsField(ArrayField):  # type: ignore[type-arg]
    """The words of a row, written anew whenever the row is: the model's `search_words(words)` says what they are."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.update(base_field=models.TextField(), default=list, editable=False)
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for given in ("base_field", "default", "editable", "size"):
            kwargs.pop(given, None)
        return name, path, args, kwargs

    def pre_save(self, model_instance: Any, add: bool) -> list[str]:
        words = Words(model_instance.tenant)
        model_instance.search_words(words)
        value = words.sorted()
        setattr(model_instance, self.attname, value)
        return value


class _LexemesOf(models.Func):
    """`array_to_tsvector`: lexemes as they are, immutable, so a generated column may use it."""

    function = "array_to_tsvector"
    output_field = SearchVectorField()


def search_column() -> models.GeneratedField:
    """The generated tsvector over a model's `words` column."""
    return models.GeneratedField(expression=_LexemesOf("words"), output_field=SearchVectorField(), db_persist=True)


def search_index(name: str) -> GinIndex:
    return GinIndex(fields=["search"], name=name, fastupdate=False)

"""A person's timeline as people read it, in a fixed number of queries for a whole stretch of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from backoffice.admin.names_of_actors import names_of
from backoffice.admin.told import Change, changes_in, custom_labels, sentence_of
from crm.contacts.timeline import Entry
from crm.contacts.timeline.sources import EVENT


@dataclass(frozen=True)
class Line:
    """One entry, in words. `link` leads to what it is about, where that has a page."""

    entry: Entry
    sentence: str
    who: str
    link: str
    changes: list[Change]


def lines_of(entries: Sequence[Entry]) -> list[Line]:
    who = names_of(entry.actor for entry in entries if entry.actor)
    labels = custom_labels(entry.changes for entry in entries)
    return [
        Line(
            entry=entry,
            sentence=sentence_of(str(entry.title)) if entry.source == EVENT else str(entry.title),
            who=who[entry.actor] if entry.actor else "",
            link=_link_to(entry.record),
            changes=changes_in(entry.changes, labels),
        )
        for entry in entries
    ]


def _link_to(record: tuple[str, str] | None) -> str:
    if record is None:
        return ""
    label, key = record
    try:
        return reverse(f"admin:{label.lower().replace('.', '_')}_change", args=[key])
    except NoReverseMatch:
        return ""

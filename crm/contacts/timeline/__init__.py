from crm.contacts.timeline.places import Place, place_with, token_of
from crm.contacts.timeline.registry import (
    Entry,
    Stretch,
    key_of,
    latest_before,
    register_source,
    stretch_of,
    timeline_of,
    told_elsewhere,
)

__all__ = [
    "Entry",
    "Place",
    "Stretch",
    "key_of",
    "latest_before",
    "place_with",
    "register_source",
    "stretch_of",
    "timeline_of",
    "token_of",
    "told_elsewhere",
]

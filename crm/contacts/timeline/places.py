"""Where an entry of a timeline stands, and the signed text by which a caller asks for what came before it."""

from datetime import datetime
from typing import NamedTuple

from django.core import signing
from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Invalid

_SALT = "contacts.timeline"


class Place(NamedTuple):
    """Where an entry stands: nothing else has the same two."""

    at: datetime
    key: str


def token_of(place: Place) -> str:
    return signing.dumps([place.at.isoformat(), place.key], salt=_SALT)


def place_with(token: str) -> Place:
    """The place that a token of ours names; raises Invalid, on `before`, for any other text."""
    try:
        at, key = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        raise Invalid(_("This is no place in a timeline."), field="before") from None
    return Place(datetime.fromisoformat(at), key)

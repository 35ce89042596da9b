"""The text of a refresh token: `rt_<session>_<secret>_<mark>`.

The mark is made with a key of the platform, so a token that was ours and is no more (it has been used) can be told from
one that never was: the former ends its session, the latter does nothing (reliability A4).
"""

import base64
import hashlib
import hmac
import re
import secrets
from uuid import UUID

from django.conf import settings

_TEXT = re.compile(r"rt_([0-9a-f]{32})_([A-Za-z0-9_-]{43})_([A-Za-z0-9_-]{43})")


def write_refresh_token(session_id: UUID) -> str:
    secret = secrets.token_urlsafe(32)
    return f"rt_{session_id.hex}_{secret}_{_mark(session_id.hex, secret, settings.JWT_KEYS.current[1])}"


def session_of(text: str) -> UUID | None:
    """The session that a token of ours was written for, used or not; None for any other text."""
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    marks = [_mark(found[1], found[2], key) for _name, key in settings.JWT_KEYS.keys]
    ours = [hmac.compare_digest(found[3], mark) for mark in marks]
    return UUID(found[1]) if any(ours) else None


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _mark(session: str, secret: str, key: str) -> str:
    made = hmac.new(key.encode(), f"refresh\0{session}\0{secret}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")

"""The text of an API key: `sk_live_<prefix>_<secret>`; `pk_` for publishable keys, `_test_` in test mode.

The secret has 256 bits, so one round of SHA-256 is the right hash for it (reliability A1).
"""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass

from crm.organisations.models import KeyKind

_TEXT = re.compile(r"(sk|pk)_(live|test)_([a-z0-9]{8})_([A-Za-z0-9_-]{43})")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class KeyText:
    kind: str
    mode: str
    prefix: str
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_key(text: str) -> KeyText | None:
    """The parts of a key's text, or None when it has not the form of one."""
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    kind = KeyKind.SECRET if found[1] == "sk" else KeyKind.PUBLISHABLE
    return KeyText(kind=kind, mode=found[2], prefix=found[3], text=text)


def write_key(*, kind: str, mode: str, seed: bytes | None = None) -> KeyText:
    """A new key; with `seed` (32 bytes or more) always the same one, which only demo keys may be."""
    entropy = hashlib.sha512(seed).digest() if seed else secrets.token_bytes(64)
    prefix = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in entropy[:8])
    secret = base64.urlsafe_b64encode(entropy[-32:]).decode().rstrip("=")
    start = "sk" if kind == KeyKind.SECRET else "pk"
    return KeyText(kind=kind, mode=mode, prefix=prefix, text=f"{start}_{mode}_{prefix}_{secret}")

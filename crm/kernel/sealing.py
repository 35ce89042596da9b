"""Secrets at rest: AES-256-GCM under a key of each person, itself wrapped by the platform's key ring.

A person's key is drawn once and stored wrapped. To forget a person is to destroy that key: what it sealed is then
noise, in backups too (reliability X10). Equality is looked up through a keyed hash, the *blind index*.
"""

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from django.conf import settings

from crm.kernel.errors import Unavailable

_NONCE_BYTES = 12


def new_wrapped_key() -> str:
    """A fresh key, wrapped by the current key of the ring: `<ring key>:<base64>`."""
    name, _ = settings.DATA_KEYS.current
    return f"{name}:{_text(aes_key_wrap(settings.DATA_KEYS.as_bytes()[name], secrets.token_bytes(32)))}"


def seal(wrapped_key: str, plain: str, *, context: str) -> str:
    """`plain` sealed under the wrapped key. `context` (say, the row's id and kind) must be the same to open it."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _text(nonce + AESGCM(_unwrap(wrapped_key)).encrypt(nonce, plain.encode(), context.encode()))


def unseal(wrapped_key: str, sealed: str, *, context: str) -> str:
    """What was sealed; raises Unavailable when the key ring or the context is not the one it was sealed with."""
    data = base64.b64decode(sealed)
    try:
        plain = AESGCM(_unwrap(wrapped_key)).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], context.encode())
    except InvalidTag:
        raise Unavailable("A sealed value cannot be opened.") from None
    return plain.decode()


def blind_index(plain: str, *, purpose: str) -> str:
    """A keyed hash of `plain`, equal for equal values of one purpose; 64 hexadecimal digits.

    It is made with the oldest key of the ring, so that adding a key does not orphan what is indexed.
    """
    oldest, _ = settings.DATA_KEYS.keys[-1]
    key = settings.DATA_KEYS.as_bytes()[oldest]
    return hmac.new(key, f"{purpose}\0{plain}".encode(), hashlib.sha256).hexdigest()


def _unwrap(wrapped_key: str) -> bytes:
    name, _, wrapped = wrapped_key.partition(":")
    key = settings.DATA_KEYS.as_bytes().get(name)
    try:
        if key is not None:
            return aes_key_unwrap(key, base64.b64decode(wrapped))
    except InvalidUnwrap:
        pass
    raise Unavailable(f"The key ring has no key {name!r} that opens this value.")


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()

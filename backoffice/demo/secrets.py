"""The demo's passwords and keys: derived from the installation's secret, so they need not be stored to be shown."""

import base64
import hashlib
import hmac

from django.conf import settings


def derived(purpose: str, generation: int) -> bytes:
    """64 bytes, always the same for one installation, purpose and generation."""
    message = f"demo:{generation}:{purpose}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha512).digest()


def password(purpose: str, generation: int) -> str:
    """Four groups of four, easy to type: 80 bits."""
    text = base64.b32encode(derived(purpose, generation)[:10]).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))

"""Calls to providers: an address that staff wrote must lead out of the house, and to nobody but whom it names (X1)."""

import ipaddress
import json
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx
import structlog

from crm.kernel.errors import Unavailable
from crm.kernel.tenancy import Mode, current_scope

log = structlog.get_logger(__name__)

PORTS = {443, 8443}
LONGEST = 64 * 1024
_TIMES = httpx.Timeout(5.0, connect=5.0)
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


class NotAnswered(Unavailable):
    """Not reached, or answered with what is no answer; what it said is nobody's business here."""

    code = "provider_not_answered"


def fetch_json(url: str, form: Mapping[str, str] | None = None) -> tuple[int, Any]:
    """The status and the JSON at `url`, which is posted to when there is a form. Raises NotAnswered."""
    parts = urlsplit(url)
    address = _address_of(parts)
    host = parts.hostname or ""
    # The name was resolved once, above: whatever it resolves to by now, the call goes to what was looked at.
    target = parts._replace(netloc=f"{f'[{address}]' if ':' in address else address}:{_port(parts)}").geturl()
    headers = {"Host": parts.netloc.rpartition("@")[2], "Accept": "application/json"}
    try:
        with httpx.Client(timeout=_TIMES, follow_redirects=False, trust_env=False) as client:
            request = client.build_request(
                "POST" if form else "GET", target, data=dict(form) if form else None, headers=headers,
                extensions={"sni_hostname": host},
            )  # fmt: skip
            return _read(client.send(request, stream=True))
    except (httpx.HTTPError, OSError, ValueError) as fault:
        log.warning("provider_not_answered", host=host, fault=type(fault).__name__)
        raise NotAnswered from None


def _read(response: httpx.Response) -> tuple[int, Any]:
    """Raises ValueError for what is too long, or no JSON."""
    body = b""
    try:
        for piece in response.iter_bytes():
            body += piece
            if len(body) > LONGEST:
                raise ValueError("too long")
    finally:
        response.close()
    return response.status_code, json.loads(body)


def _address_of(parts: SplitResult) -> str:
    """The one address that is called; raises NotAnswered unless every address of the name is out in the world.

    In test mode a server of one's own, on this machine, will do.
    """
    try:
        found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        raise NotAnswered from None
    addresses = [ipaddress.ip_address(str(entry[4][0])) for entry in found]
    trying_out = current_scope().tenant.mode == Mode.TEST and parts.scheme in ("http", "https")
    if trying_out and all(address.is_loopback for address in addresses):
        return str(addresses[0])
    outside = parts.scheme == "https" and _port(parts) in PORTS and all(map(_is_outside, addresses))
    if not addresses or not outside:
        raise NotAnswered
    return str(addresses[0])


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _is_outside(address: Any) -> bool:
    if address.version == 6 and (address.ipv4_mapped or address.sixtofour or address.teredo or address in _TRANSLATED):
        return False
    return bool(address.is_global) and not address.is_multicast

"""How mail leaves: the server that EMAIL_URL names, or files in the outbox."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465, "smtp+ssl": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """`backend` is Django's name of the way out; the rest counts for SMTP alone."""

    backend: str = "crm.messaging.channels.outbox.FileBackend"
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    starts_tls: bool = False
    speaks_tls: bool = False


def mail_server(url: str | None) -> MailServer:
    """`smtp+tls` begins in clear and switches to TLS, `smtps` and `smtp+ssl` speak it from the first byte."""
    if url is None:
        return MailServer()
    parts = urlsplit(url)
    return MailServer(
        backend="django.core.mail.backends.smtp.EmailBackend",
        host=parts.hostname or "",
        port=parts.port or _PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starts_tls=parts.scheme == "smtp+tls",
        speaks_tls=parts.scheme in ("smtps", "smtp+ssl"),
    )


def no_reply_at(base_url: str) -> str:
    """The sender of an organisation that has named none: at the host where the product runs."""
    host = urlsplit(base_url).hostname or "localhost"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return f"no-reply@{host}"
    return "no-reply@localhost"

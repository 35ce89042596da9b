"""Mail that comes back, read: what it is, and which of our messages it is about. Nothing is believed, nothing is done.

Anybody may write to us. Headers are cut before they are looked at, what is odd in shape is read by its headers alone,
and no address that stands in a mail is ever used: it is about a message of ours, or about nothing.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import EmailPolicy
from email.utils import parseaddr
from hashlib import sha256
from html import unescape
from typing import Any, cast
from uuid import UUID

import nh3

from crm.messaging.errors import UnreadableMail
from crm.messaging.models.incoming import LONGEST_TEXT, IncomingKind

LARGEST_MAIL = 10 * 1024 * 1024
# What tells what a mail is stands at its beginning, before what is attached.
_READ = 1024 * 1024
_LONGEST_HEADER = 4 * 1024
_LONGEST_HTML = 50_000
_MOST_LINES, _MOST_DASHES, _MOST_BOUNDARIES, _MOST_HEADERS, _MOST_PARTS, _MOST_IDS = 30_000, 1_000, 50, 1_000, 50, 50

_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>\s]{1,255}>", re.IGNORECASE)
_HEADER = re.compile(rb"(?:From [^\n]*\n)?[!-9;-~]+[ \t]*:")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_ENDS = re.compile(r"<br\s*/?>|</(?:p|div|h[1-6]|li|tr)>", re.IGNORECASE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
# The mailbox or its domain does not exist, or takes no mail at all (RFC 3463, RFC 7505).
_NOBODY_THERE = {"5.1.1", "5.1.2", "5.1.6", "5.1.10"}
_SAYS_NOTHING = {"", "5.0.0"}
# How mail programs begin the subject of what nobody wrote.
_OUT_OF_OFFICE = (
    "out of office", "out of the office", "automatic reply", "auto reply", "auto-reply", "autoreply", "auto response",
    "auto:", "abwesenheit", "automatische antwort", "réponse automatique", "absence du bureau", "respuesta automática",
    "risposta automatica", "automatisch antwoord", "resposta automática", "αυτόματη απάντηση",
)  # fmt: skip
# What a feedback report may be that is no complaint: a mistake taken back, and notes about signatures (RFC 6591).
_NO_COMPLAINT = {"not-spam", "auth-failure", "dmarc"}


class _Cutting(EmailPolicy):
    """The default policy, but no header is longer than anybody needs, since parsing some takes the square of their
    length; and one that brings the parser down, which has no one error for that, is as if it were empty.
    """

    def header_source_parse(self, sourcelines: Any) -> tuple[str, str]:
        name, value = super().header_source_parse([sourcelines[0], *sourcelines[1:_MOST_IDS]])
        return name[:_LONGEST_HEADER], value[:_LONGEST_HEADER]

    def header_fetch_parse(self, name: str, value: str) -> Any:
        try:
            return super().header_fetch_parse(name, value)
        except Exception:
            return ""


_POLICY: Any = _Cutting()


@dataclass(frozen=True, slots=True)
class Mail:
    """`about` are the ids of messages that it may be about, the likeliest first. `nobody_there`: the mail server says
    that there is no such mailbox. `message_id` tells it from every other mail.
    """

    kind: IncomingKind
    about: tuple[UUID, ...]
    sender: str
    subject: str
    text: str
    message_id: str
    status: str = ""
    nobody_there: bool = False


def understand(raw: bytes) -> Mail:
    """What a mail is. Raises UnreadableMail for what is empty, too large or no mail at all."""
    if not raw or len(raw) > LARGEST_MAIL or not _HEADER.match(raw.lstrip()):
        raise UnreadableMail
    mail = _parsed(raw)
    report = _report_of(mail)
    kind, status = _judged(mail, report)
    return Mail(
        kind=kind, about=_about(mail, report), sender=_sender(mail), subject=_clean(_header(mail, "Subject"))[:400],
        text=_text_of(mail), message_id=_identity(mail, raw), status=status,
        nobody_there=kind == IncomingKind.BOUNCE and status in _NOBODY_THERE,
    )  # fmt: skip


def _parsed(raw: bytes) -> EmailMessage:
    """The mail, or its headers alone where its body would be too much work, or brings the parser down."""
    start = raw.lstrip()[:_READ]
    if _is_tame(start):
        # A mail in a mail in a mail, deeper than Python goes, is one of many ways to fail; all end here.
        with suppress(Exception):
            return message_from_bytes(start, _class=EmailMessage, policy=_POLICY)
    head = re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]
    lines = b"\n".join(head.split(b"\n")[:_MOST_HEADERS])
    return _head(lines)


def _is_tame(data: bytes) -> bool:
    """Whether its parts are as few as people's mail has: many, or many in each other, take the parser minutes."""
    few_lines = data.count(b"\n") <= _MOST_LINES and data.count(b"\n--") <= _MOST_DASHES
    return few_lines and data.lower().count(b"boundary") <= _MOST_BOUNDARIES


def _head(headers: bytes) -> EmailMessage:
    return cast(EmailMessage, BytesHeaderParser(EmailMessage, policy=_POLICY).parsebytes(headers))


# What it is


def _judged(mail: EmailMessage, report: EmailMessage | None) -> tuple[IncomingKind, str]:
    """What the mail is, and the status that a report about delivery gives."""
    if report is not None and report.get_content_type() == "message/feedback-report":
        told = {_header(block, "Feedback-Type").lower() for block in _blocks(report)}
        return (IncomingKind.AUTO_REPLY if told & _NO_COMPLAINT else IncomingKind.COMPLAINT), ""
    if report is not None and report.get_content_type() == "message/delivery-status":
        return _delivery(report)
    return (IncomingKind.AUTO_REPLY if _is_automatic(mail) else IncomingKind.REPLY), ""


def _delivery(report: EmailMessage) -> tuple[IncomingKind, str]:
    """The worst that is told of any recipient; a message of ours has one."""
    actions = [(_header(block, "Action").lower(), _status_of(block)) for block in _blocks(report)]
    for action, status in actions:
        if action == "failed" and status.startswith("5"):
            return IncomingKind.BOUNCE, status
    if any(action in ("failed", "delayed") for action, _status in actions):
        return IncomingKind.SOFT_BOUNCE, next(status for action, status in actions if action in ("failed", "delayed"))
    return IncomingKind.AUTO_REPLY, ""


def _status_of(block: EmailMessage) -> str:
    """The enhanced status; where it says nothing, what the mail server itself has answered."""
    status = _STATUS.search(_header(block, "Status"))
    told = status[1] if status else ""
    if told in _SAYS_NOTHING:
        answered = _STATUS.search(_header(block, "Diagnostic-Code"))
        return answered[1] if answered else told
    return told


def _is_automatic(mail: EmailMessage) -> bool:
    """Whether a machine wrote it (RFC 3834), by the signs that are known."""
    submitted = _header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    if submitted not in ("", "no") or _header(mail, "Precedence").lower() in ("bulk", "auto_reply", "junk"):
        return True
    if "X-Autoreply" in mail or "X-Autorespond" in mail or _header(mail, "Return-Path") == "<>":
        return True
    if mail.get_content_type() == "multipart/report" or _sender(mail).lower().startswith(
        ("mailer-daemon@", "postmaster@")
    ):
        return True
    return _header(mail, "Subject").lower().startswith(_OUT_OF_OFFICE)


# What it is about


def _about(mail: EmailMessage, report: EmailMessage | None) -> tuple[UUID, ...]:
    """In a report the message that came back says who it is; else what is answered does, the nearest first."""
    found: list[str] = []
    if report is not None or _is_automatic(mail):
        found += [id_ for original in _originals(mail) for id_ in _OURS.findall(_header(original, "Message-ID"))]
    found += _OURS.findall(_header(mail, "In-Reply-To"))
    found += reversed(_OURS.findall(_header(mail, "References")))
    return tuple(dict.fromkeys(UUID(id_) for id_ in found[:_MOST_IDS]))


def _report_of(mail: EmailMessage) -> EmailMessage | None:
    """The part of a report that machines read."""
    if mail.get_content_type() != "multipart/report":
        return None
    known = ("message/delivery-status", "message/feedback-report")
    return next((part for part in _parts(mail) if part.get_content_type() in known), None)


def _originals(mail: EmailMessage) -> Iterator[EmailMessage]:
    """Our message, whole or its headers, as it is sent back inside another."""
    for part in _parts(mail):
        if part.get_content_type() == "message/rfc822":
            yield from _blocks(part)
        elif part.get_content_type() == "text/rfc822-headers":
            yield _head(_bytes_of(part))


def _parts(mail: EmailMessage) -> list[EmailMessage]:
    """The parts of the mail itself, not those of a mail inside it."""
    payload = mail.get_payload() if mail.get_content_type().startswith("multipart/") else []
    return (
        [part for part in payload[:_MOST_PARTS] if isinstance(part, EmailMessage)] if isinstance(payload, list) else []
    )


def _blocks(part: EmailMessage) -> list[EmailMessage]:
    """What `message/*` holds: another mail, or blocks of headers."""
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, EmailMessage)] if isinstance(payload, list) else []


# What it says


def _text_of(mail: EmailMessage) -> str:
    """The words of it without markup, cut; "" where there are none that can be read."""
    leaves = list(_leaves(mail))
    plain = next((part for part in leaves if part.get_content_type() == "text/plain"), None)
    html = next((part for part in leaves if part.get_content_type() == "text/html"), None)
    if plain is not None:
        text = _decoded(plain)
    else:
        text = _without_markup(_decoded(html)[:_LONGEST_HTML]) if html is not None else ""
    return _clean(text.replace("\r\n", "\n")).strip()[:LONGEST_TEXT]


def _leaves(mail: EmailMessage, depth: int = 0) -> Iterable[EmailMessage]:
    """Parts that hold text, in order; attachments and mails inside the mail are none."""
    if not mail.get_content_type().startswith("multipart/"):
        return [] if _header(mail, "Content-Disposition").lower().startswith("attachment") else [mail]
    return [leaf for part in _parts(mail) for leaf in _leaves(part, depth + 1)] if depth < _MOST_PARTS else []


def _without_markup(html: str) -> str:
    bare: str = nh3.clean(_LINE_ENDS.sub("\n", html), tags=set())
    return re.sub(r"\n{3,}", "\n\n", unescape(bare))


def _decoded(part: EmailMessage) -> str:
    """In the charset that it names; where there is none such, as UTF-8. What does not fit is replaced."""
    data = _bytes_of(part)
    try:
        return data.decode(part.get_content_charset() or "utf-8", errors="replace")
    except Exception:  # a charset may be any word, and codecs raise what they like
        return data.decode("utf-8", errors="replace")


def _bytes_of(part: EmailMessage) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except Exception:  # as above, for how the part is packed
        return b""
    return data if isinstance(data, bytes) else b""


def _header(part: EmailMessage, name: str) -> str:
    """A header as one line of text; "" where there is none."""
    return " ".join(str(part.get(name, "")).split())


def _sender(mail: EmailMessage) -> str:
    return _clean(parseaddr(_header(mail, "From"))[1])[:254]


def _identity(mail: EmailMessage, raw: bytes) -> str:
    """Its Message-ID; one that is missing or oddly long is stood in for by a digest of the whole."""
    given = _clean(_header(mail, "Message-ID"))
    return given if 3 <= len(given) <= 200 else f"sha256:{sha256(raw).hexdigest()}"


def _clean(text: str) -> str:
    """What PostgreSQL keeps and a page can show."""
    return _CONTROLS.sub("", text)

"""Mail that comes back, as mail programs, mail servers and strangers write it. `%s` is the Message-ID it is about."""

from uuid import UUID

ID = UUID("0199f0aa-1111-7222-8333-444455556666")


def of(message_id: UUID = ID) -> str:
    return f"<{message_id}@127.0.0.1>"


def a_reply(about: UUID = ID, *, text: str = "Yes, please.", number: int = 1, headers: str = "") -> bytes:
    return (
        f"From: Ann Lee <ann@example.com>\r\nTo: no-reply@127.0.0.1\r\nSubject: Re: Hello Ann\r\n"
        f"Message-ID: <reply-{number}@example.com>\r\nIn-Reply-To: {of(about)}\r\n{headers}\r\n{text}\r\n"
    ).encode()


def a_report(
    about: UUID = ID, *, action: str = "failed", status: str = "5.1.1", diagnostic: str = "", number: int = 1,
    original: str = "message/rfc822",
) -> bytes:  # fmt: skip
    """What a mail server sends when it could not deliver (RFC 3464)."""
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.com\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <report-{number}@mx.example.com>\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
        f"Final-Recipient: rfc822; victim@elsewhere.example\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {diagnostic}\r\n\r\n"
        f"--B\r\nContent-Type: {original}\r\n\r\nMessage-ID: {of(about)}\r\nSubject: Hello\r\n\r\n--B--\r\n"
    ).encode()


def a_complaint(about: UUID = ID, *, kind: str = "abuse", number: int = 1) -> bytes:
    """What a mailbox provider sends when somebody presses "spam" (RFC 5965)."""
    return (
        f"From: fbl@provider.example\r\nSubject: Complaint\r\nMessage-ID: <complaint-{number}@provider.example>\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n"
        f"--B\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {kind}\r\nVersion: 1\r\n"
        "Original-Rcpt-To: victim@elsewhere.example\r\n\r\n"
        f"--B\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {of(about)}\r\nSubject: Hi\r\n\r\nDear\r\n--B--\r\n"
    ).encode()


_HEAD = f"From: a@example.com\nMessage-ID: <n@example.com>\nIn-Reply-To: {of()}\n".encode()
_TEXT = _HEAD + b"Content-Type: text/plain"
_HTML = _HEAD + b"Content-Type: text/html\n\n"
_MIXED = _HEAD + b"Content-Type: multipart/mixed; boundary="

# Each is read without an error, in a few seconds, as a mail about ID.
NASTY: dict[str, bytes] = {
    "no boundary": _HEAD + b"Content-Type: multipart/mixed\n\n--B\n\nx",
    "an empty boundary": _MIXED + b'""\n\n--\n\n--\n\nx',
    "a boundary that never comes": _MIXED + b'"B"\n\nx',
    "no end": _MIXED + b'"B"\n\n--B\n\nx',
    "1,000 parts in each other": _HEAD
    + b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(1_000)),
    "40 parts in each other, many lines": _HEAD
    + b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(40))
    + b"x\n" * 29_000,
    "30,000 mails in each other": _HEAD + b"Content-Type: message/rfc822\n\n" * 30_000,
    "30,000 parts": _MIXED + b'"B"\n\n' + b"--B\n\nx\n" * 30_000,
    "30,000 recipients in a report": _HEAD
    + b'Content-Type: multipart/report; boundary="B"\n\n--B\nContent-Type: message/delivery-status\n\n'
    + b"Action: relayed\n\n" * 14_000,
    "only line ends": _HEAD + b"\n" * 9_000_000,
    "only carriage returns": _HEAD + b"\r" * 5_000_000,
    "NUL everywhere": _TEXT + b"\x00\n\n\x00Y\x00es\x00",
    "a charset that is none": _TEXT + b'; charset="klingon"\n\nJa',
    "a charset that packs": _TEXT + b'; charset="zlib_codec"\n\nJa',
    "a charset that turns": _TEXT + b'; charset="rot13"\n\nJa',
    "a charset with a hole": _TEXT + b'; charset="utf-\x00-8"\n\nJa',
    "bytes that are no UTF-8": _TEXT + b"; charset=utf-8\n\n\xff\xfe\xfa",
    "half a surrogate": _TEXT + b"; charset=utf-7\n\n+2AA-",
    "base64 that is none": _TEXT + b"\nContent-Transfer-Encoding: base64\n\n" + b"!" * 1_000_000,
    "an encoding that is none": _TEXT + b"\nContent-Transfer-Encoding: secret\n\nJa",
    "an encoding of brackets": _TEXT + b"\nContent-Transfer-Encoding: " + b"(" * 100_000 + b"\n\nJa",
    "a type of brackets": _HEAD + b"Content-Type: " + b"(" * 100_000 + b"\n\nJa",
    "a million parameters": _TEXT + b"; a=b" * 1_000_000 + b"\n\nJa",
    "a parameter in 100,000 parts": _TEXT + b"".join(b"; a*%d*=x" % n for n in range(100_000)) + b"\n\nJa",
    "a huge subject": _HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 600_000 + b"\n\nJa",
    "a subject of many lines": _HEAD + b"Subject: " + b"=?utf-8?q?a?=\n " * 600_000 + b"\n\nJa",
    "a subject with a line break in disguise": _HEAD + b"Subject: =?utf-8?q?a=0D=0ABcc:_b@c.d?=\n\nJa",
    "a sender of brackets": b"From: " + b"(" * 1_000_000 + b"\n" + _HEAD[20:] + b"\nJa",
    "200,000 senders": b"From: " + b"a@b," * 200_000 + b"\n" + _HEAD[20:] + b"\nJa",
    "a million headers": _HEAD + b"A: b\n" * 1_000_000 + b"\nJa",
    "references without end": _HEAD + b"References: " + b"<a" * 1_000_000 + b"\n\nJa",
    "a word that is no header": _HEAD + b"nonsense\nmore nonsense\n\nJa",
    "HTML in HTML": _HTML + b"<div>" * 1_000_000,
    "links without end": _HTML + b"<a href=''" * 500_000,
    "tables in tables": _HTML + b"<table><tr><td>" * 300_000,
    "marks in marks": _HTML + b"<b><i><u><p>" * 300_000,
    "a script": _HTML + b"<script>alert(1)</script><p onclick=x>Ja<br>bitte</p>",
    "a line that begins with From": b"From ann@example.com Mon Jun  8 12:00:00 2026\n" + _HEAD + b"\nJa",
    "10 MB to the byte": _HEAD + b"\n" + b"x" * (10 * 1024 * 1024 - len(_HEAD) - 1),
}

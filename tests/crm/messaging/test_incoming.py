"""What a mail that came back is: told by its headers, whoever wrote it and however badly."""

import time
from uuid import uuid4

import pytest

from crm.messaging.errors import UnreadableMail
from crm.messaging.incoming import LARGEST_MAIL, understand
from tests.crm.messaging.mails import ID, NASTY, a_complaint, a_reply, a_report, of

SLOWEST_SECONDS = 20


def test_a_reply_says_what_it_answers_who_wrote_it_and_what() -> None:
    mail = understand(a_reply(text="Yes, please.\r\nTomorrow?"))
    assert (mail.kind, mail.about, mail.sender) == ("reply", (ID,), "ann@example.com")
    assert (mail.subject, mail.text) == ("Re: Hello Ann", "Yes, please.\nTomorrow?")
    assert mail.message_id == "<reply-1@example.com>"


def test_references_count_where_nothing_is_answered_the_last_one_first() -> None:
    other = uuid4()
    raw = f"From: a@b.example\nReferences: <x@y> {of(other)}\n {of()}\n\nHi".encode()
    assert understand(raw).about == (ID, other)


def test_a_mail_about_nothing_of_ours_is_about_nothing() -> None:
    assert understand(b"From: a@b.example\nIn-Reply-To: <123@elsewhere.example>\n\nHi").about == ()


@pytest.mark.parametrize("header", [
    "Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated; owner-email=a@b.example", "X-Autoreply: yes",
    "X-Autorespond: 1", "Precedence: bulk", "Precedence: auto_reply", "Precedence: Junk", "Return-Path: <>",
    "Content-Type: multipart/report; report-type=disposition-notification; boundary=x",
])  # fmt: skip
def test_what_a_machine_wrote_is_no_reply(header: str) -> None:
    assert understand(a_reply(headers=f"{header}\r\n")).kind == "auto_reply"


@pytest.mark.parametrize("subject", [
    "Out of Office: Ann", "Automatic reply: Hello Ann", "=?utf-8?q?R=C3=A9ponse_automatique?=: x", "Abwesenheitsnotiz",
])  # fmt: skip
def test_who_is_out_of_office_has_not_replied(subject: str) -> None:
    assert understand(a_reply().replace(b"Re: Hello Ann", subject.encode())).kind == "auto_reply"


@pytest.mark.parametrize("header", ["Auto-Submitted: no", "Precedence: list", "X-Auto-Response-Suppress: All"])
def test_what_looks_like_a_machine_and_is_none_is_a_reply(header: str) -> None:
    assert understand(a_reply(headers=f"{header}\r\n")).kind == "reply"


@pytest.mark.parametrize(("action", "status", "diagnostic", "kind", "nobody"), [
    ("failed", "5.1.1", "", "bounce", True),
    ("Failed", "5.1.10 (null MX)", "", "bounce", True),
    ("failed", "5.1.2", "", "bounce", True),
    ("failed", "5.0.0", "550 5.1.1 no such user", "bounce", True),
    ("failed", "5.7.1", "550 5.1.1 quoted by a joker", "bounce", False),
    ("failed", "5.2.2", "", "bounce", False),
    ("failed", "5.0.0", "", "bounce", False),
    ("failed", "4.4.7", "", "soft_bounce", False),
    ("delayed", "4.2.2", "", "soft_bounce", False),
    ("delayed", "5.1.1", "", "soft_bounce", False),
    ("delivered", "2.0.0", "", "auto_reply", False),
    ("failed", "nonsense", "", "soft_bounce", False),
])  # fmt: skip
def test_a_report_is_as_bad_as_it_says(action: str, status: str, diagnostic: str, kind: str, nobody: bool) -> None:
    mail = understand(a_report(action=action, status=status, diagnostic=diagnostic))
    assert (mail.kind, mail.nobody_there, mail.about) == (kind, nobody, (ID,))


def test_the_headers_of_the_message_alone_may_come_back() -> None:
    assert understand(a_report(original="text/rfc822-headers")).about == (ID,)


@pytest.mark.parametrize(("told", "kind"), [
    ("abuse", "complaint"), ("fraud", "complaint"), ("", "complaint"), ("not-spam", "auto_reply"),
    ("auth-failure", "auto_reply"),
])  # fmt: skip
def test_a_feedback_report_is_a_complaint_unless_it_takes_one_back(told: str, kind: str) -> None:
    mail = understand(a_complaint(kind=told))
    assert (mail.kind, mail.about) == (kind, (ID,))


def test_a_mail_of_ours_that_somebody_attached_is_not_answered() -> None:
    raw = a_complaint().replace(b"multipart/report; report-type=feedback-report;", b"multipart/mixed;")
    assert understand(raw).about == ()


def test_what_it_says_is_taken_from_text_else_from_html_without_markup() -> None:
    both = (
        "From: a@b.example\nContent-Type: multipart/alternative; boundary=B\n\n--B\nContent-Type: text/html\n\n"
        "<p>Ja<br>bitte</p><style>x</style>\n{}--B--\n"
    )
    assert understand(both.format("").encode()).text == "Ja\nbitte"
    plain = both.format("--B\nContent-Type: text/plain; charset=latin-1\n\nSch\xf6n\n").encode("latin-1")
    assert understand(plain).text == "Schön"
    assert len(understand(a_reply(text="long " * 5_000)).text) == 10_000


def test_a_mail_without_an_id_is_told_by_all_that_it_says() -> None:
    one, two = (understand(f"From: a@b.example\n\n{text}".encode()).message_id for text in ("one", "two"))
    assert one.startswith("sha256:")
    assert one != two
    assert understand(f"Message-ID: <{'x' * 300}@y>\n\nHi".encode()).message_id.startswith("sha256:")


@pytest.mark.parametrize(
    "raw", [b"", b"\n\n", b"no mail", b"\x00\xff" * 9, b"x" * (LARGEST_MAIL + 1), b"<html></html>"]
)
def test_what_is_no_mail_or_too_large_is_unreadable(raw: bytes) -> None:
    with pytest.raises(UnreadableMail):
        understand(raw)


@pytest.mark.parametrize("raw", NASTY.values(), ids=NASTY.keys())
def test_nasty_mail_is_read_quickly_and_holds_nothing_that_a_page_could_not_show(raw: bytes) -> None:
    begun = time.monotonic()
    mail = understand(raw)
    assert time.monotonic() - begun < SLOWEST_SECONDS
    assert mail.about == (ID,)
    texts = mail.sender + mail.subject + mail.text + mail.message_id
    assert not {"\x00", "<script>"} & set(texts.split()) | {char for char in texts if ord(char) < 9}
    assert not any(line_end in mail.sender + mail.subject for line_end in "\r\n")
    texts.encode()
    assert len(mail.text) <= 10_000

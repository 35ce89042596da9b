"""Messages leave: through a real mail server on loopback, as files, or, in test mode, not at all (reliability O4)."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from crm.messaging.models import Communication
from crm.messaging.recipients import Recipient, _people, register_people
from crm.messaging.selectors import suppressions_of
from crm.messaging.services import define_sender, suppress
from crm.messaging.services.sending import send_due
from tests.cast import World
from tests.crm.messaging.letters import (
    ANN,
    NOON,
    Sink,
    a_message,
    a_template,
    at,
    events_of,
    send,
    smtp_sink,
    stored,
)


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with smtp_sink(settings) as running:
        yield running


def test_a_mail_leaves_with_everything_it_needs(acme: World, sink: Sink, settings: Any) -> None:
    settings.BASE_URL = "https://crm.acme.example"
    a_template(acme)
    with acme.scope():
        define_sender(channel="email", name="Acme Zürich", address="hello@acme.example", is_default=True)
    message = a_message(acme)
    assert send(acme) == 1
    (mail,) = sink.mails
    assert mail["To"] == "Ann Lee <ann@example.com>"
    assert mail["From"].endswith("<hello@acme.example>")
    assert mail["Subject"] == "Hello Ann"
    assert mail["Message-ID"] == f"<{message.pk}@crm.acme.example>"
    assert mail["List-Unsubscribe"].strip().startswith("<https://crm.acme.example/portal/unsubscribe/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain, html = (part.get_payload(decode=True).decode() for part in mail.get_payload())  # type: ignore[union-attr]
    assert plain.startswith("Dear Ann Lee")
    assert "Unsubscribe (https://crm.acme.example/" in plain
    assert html.startswith("<p>Dear Ann Lee</p>")
    kept = stored(acme, message)
    assert (kept.state, kept.sent_at, kept.attempts) == ("sent", NOON, 1)
    assert kept.provider_message_id == mail["Message-ID"]
    assert events_of(acme, message) == ["message.sent"]


def test_what_was_sent_is_not_sent_again(acme: World, sink: Sink) -> None:
    a_template(acme)
    a_message(acme)
    assert [send(acme), send(acme)] == [1, 0]
    assert len(sink.mails) == 1


def test_a_code_leaves_whole_and_is_not_kept(acme: World, sink: Sink) -> None:
    a_template(acme, "otp", message_class="transactional", subject="{{ code }}", body="<p>{{ code }}</p>")
    message = a_message(acme, template_key="otp", secrets={"code": "987654"})
    send(acme)
    (mail,) = sink.mails
    assert mail["Subject"] == "987654"
    assert mail["List-Unsubscribe"] is None
    kept = stored(acme, message)
    assert (kept.content, kept.sealed, kept.wrapped_key) == ("<p>[secret]</p>", "", "")


def test_in_test_mode_nothing_leaves_and_all_is_captured(rehearsal: World, sink: Sink) -> None:
    for channel in ("email", "sms"):
        a_template(rehearsal, channel, channel=channel)
    messages = [a_message(rehearsal, key, template_key=key) for key in ("email", "sms")]
    assert send(rehearsal) == 2
    assert sink.mails == []
    assert {stored(rehearsal, message).state for message in messages} == {"captured"}
    assert events_of(rehearsal, messages[0]) == ["message.sent"]


def test_without_a_provider_mail_and_sms_are_files(acme: World, settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.OUTBOX = "crm.messaging.channels.outbox.FileBackend", tmp_path / "outbox"
    a_template(acme)
    a_template(acme, "sms", channel="sms", body="Hi {{ first_name }}: {{ link }}", subject="")
    mail = a_message(acme)
    sms = a_message(acme, "cause-2", template_key="sms", values={"link": "https://x.example/?a=1&b=2"})
    send(acme)
    files = {file.suffix: file for file in settings.OUTBOX.iterdir()}
    assert files[".eml"].name == f"{mail.pk}.eml"
    assert message_from_bytes(files[".eml"].read_bytes())["Subject"] == "Hello Ann"
    text = files[".sms"].read_text()
    assert "To: +35799123456" in text
    assert text.endswith("Hi Ann: https://x.example/?a=1&b=2\n")
    assert stored(acme, sms).state == "sent"
    assert {file.stat().st_mode & 0o077 for file in [settings.OUTBOX]} == {0}


def test_where_mail_has_a_provider_an_sms_fails_for_want_of_one(acme: World, settings: Any) -> None:
    settings.SMS_INTO_OUTBOX = False
    a_template(acme, "sms", channel="sms", subject="")
    message = a_message(acme, template_key="sms")
    send(acme)
    assert (stored(acme, message).state, stored(acme, message).reason) == ("failed", "no_provider")
    assert events_of(acme, message) == ["message.failed"]


def test_the_gates_are_asked_again_at_the_moment_of_sending(acme: World, sink: Sink) -> None:
    a_template(acme)
    message = a_message(acme)
    with acme.scope():
        suppress(channel="email", address=ANN.email, reason="complaint")
    send(acme)
    assert (stored(acme, message).state, stored(acme, message).reason) == ("skipped", "complaint")
    assert events_of(acme, message) == ["message.skipped"]
    assert sink.mails == []


@pytest.fixture
def people() -> Iterator[dict[Any, Recipient]]:
    """What the app that knows contacts would say."""
    known: dict[Any, Recipient] = {}
    before = dict(_people)
    register_people("contact", lambda ids: {id_: known[id_] for id_ in ids if id_ in known})
    yield known
    _people.clear()
    _people.update(before)


def test_who_opted_out_meanwhile_is_not_written_to(acme: World, sink: Sink, people: dict[Any, Recipient]) -> None:
    a_template(acme)
    ann = Recipient(email=ANN.email, contact_id=acme.organisation.id)
    message = a_message(acme, recipient=ann)
    people[ann.contact_id] = Recipient(email="new@example.com", email_opt_out=True)
    send(acme)
    assert (stored(acme, message).state, stored(acme, message).reason) == ("skipped", "opted_out")
    assert sink.mails == []


def test_marketing_to_who_is_gone_is_skipped_and_account_mail_is_not(
    acme: World, sink: Sink, people: dict[Any, Recipient]
) -> None:
    ann = Recipient(email=ANN.email, contact_id=acme.organisation.id)
    for kind in ("marketing", "transactional"):
        a_template(acme, kind, message_class=kind)
    kept = {kind: a_message(acme, kind, template_key=kind, recipient=ann) for kind in ("marketing", "transactional")}
    send(acme)
    assert stored(acme, kept["marketing"]).reason == "gone"
    assert stored(acme, kept["transactional"]).state == "sent"


def test_at_night_a_due_message_is_deferred_and_sent_in_the_morning(acme: World, sink: Sink) -> None:
    a_template(acme)
    message = a_message(acme)
    send(acme, NOON + timedelta(hours=11))
    assert (stored(acme, message).state, stored(acme, message).reason) == ("queued", "quiet_hours")
    assert sink.mails == []
    send(acme, NOON + timedelta(hours=20))
    assert (stored(acme, message).state, len(sink.mails)) == ("sent", 1)


def test_what_the_night_of_the_provider_made_old_is_stale(acme: World, sink: Sink) -> None:
    a_template(acme)
    message = a_message(acme)
    send(acme, NOON + timedelta(hours=73))
    assert (stored(acme, message).state, stored(acme, message).reason) == ("skipped", "stale")


def test_caps_hold_over_one_run(acme: World, sink: Sink) -> None:
    a_template(acme)
    messages = [a_message(acme, f"c{n}") for n in range(4)]
    send(acme)
    assert len(sink.mails) == 2
    states = [(stored(acme, message).state, stored(acme, message).reason) for message in messages]
    assert states == [("sent", ""), ("sent", ""), ("queued", "frequency_cap"), ("queued", "frequency_cap")]


def test_a_code_does_not_wait_behind_a_newsletter(acme: World, sink: Sink) -> None:
    a_template(acme)
    a_template(acme, "otp", message_class="transactional", subject="code")
    for n in range(3):
        a_message(acme, f"c{n}", recipient=Recipient(email=f"p{n}@example.com"))
    a_message(acme, "otp", template_key="otp", moment=NOON)
    send(acme)
    assert sink.mails[0]["Subject"] == "code"


def test_one_bad_recipient_never_fails_the_batch(acme: World, sink: Sink) -> None:
    a_template(acme)
    people = [Recipient(email=f"p{n}@example.com") for n in range(3)]
    messages = [a_message(acme, f"c{n}", recipient=who) for n, who in enumerate(people)]
    sink.answers = ["250 OK", "554 5.7.1 refused"]
    with at(acme, NOON):
        Communication.objects.filter(pk=messages[2].pk).update(subject="a\nBcc: x@example.com")
        send_due()
    states = [stored(acme, message).state for message in messages]
    assert states == ["sent", "failed", "failed"]
    assert stored(acme, messages[1]).reason.startswith("554 5.7.1")
    with acme.scope():
        assert not suppressions_of(email_key="p1@example.com").exists()


def test_a_mailbox_that_does_not_exist_is_suppressed(acme: World, sink: Sink) -> None:
    a_template(acme)
    sink.answers = ["550 5.1.1 no such user"]
    message = a_message(acme)
    send(acme)
    assert stored(acme, message).state == "failed"
    with acme.scope():
        assert suppressions_of(email_key=ANN.email).get().reason == "bounce"

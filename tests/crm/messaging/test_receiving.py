"""Mail that came back is kept once, beside the message it is about, and reaches no further than its recipient."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from crm.kernel.actors import job_actor
from crm.kernel.entrances import scope_for
from crm.kernel.tasks import deliver
from crm.leads.models import Lead, LeadInteraction
from crm.leads.services import delete_lead
from crm.messaging.errors import UnreadableMail
from crm.messaging.models import Communication, Incoming, MessageState, Suppression
from crm.messaging.recipients import Recipient
from crm.messaging.services import Receipt, queue_message, receive_mail
from tests.builders import a_lead
from tests.cast import Cast, World
from tests.crm.messaging.letters import a_message, a_template, events_of, send
from tests.crm.messaging.mails import NASTY, a_complaint, a_reply, a_report
from tests.dialects.traces import latest_events
from tests.journeys.processes import PROJECT
from tests.races.together import succeeded, together, without_index
from tests.template_database import database_url

pytestmark = pytest.mark.django_db


def receive(raw: bytes) -> Receipt:
    return receive_mail(raw=raw, scope=lambda tenant: scope_for(tenant, job_actor("test")))


def a_sent_message(world: World, **values: Any) -> Communication:
    """One that left at noon; in test mode it was captured."""
    with world.scope():
        known = Communication.objects.exists()
    if not known:
        a_template(world)
    message = a_message(world, **values)
    send(world)
    with world.scope():
        return Communication.objects.get(pk=message.pk)


def kept(world: World) -> list[tuple[str, str]]:
    with world.scope():
        return list(Incoming.objects.order_by("id").values_list("kind", "text"))


def suppressed(world: World) -> list[tuple[str, str]]:
    with world.scope():
        return list(Suppression.objects.order_by("id").values_list("address", "reason"))


def last_event(world: World, name: str) -> dict[str, Any]:
    payload: dict[str, Any] = latest_events(world, name)[0].payload
    return payload


def test_a_reply_is_kept_and_told(acme: World) -> None:
    lead_id = a_lead(acme)
    message = a_sent_message(acme, recipient=Recipient(email="ann@example.com", lead_id=lead_id))
    assert receive(a_reply(message.pk)) == Receipt.TAKEN
    assert kept(acme) == [("reply", "Yes, please.")]
    assert last_event(acme, "message.replied") == {
        "communication_id": str(message.pk), "incoming_id": str(row(acme).pk), "contact_id": "",
        "lead_id": str(lead_id),
    }  # fmt: skip
    assert suppressed(acme) == []


def row(world: World) -> Incoming:
    with world.scope():
        return Incoming.objects.get()


def test_the_same_mail_twice_is_one(acme: World) -> None:
    message = a_sent_message(acme)
    answers = [receive(a_reply(message.pk)) for _ in range(3)]
    assert answers == [Receipt.TAKEN, Receipt.REPEATED, Receipt.REPEATED]
    assert len(kept(acme)) == 1
    assert events_of(acme, message).count("message.replied") == 1
    assert receive(a_reply(message.pk, number=2)) == Receipt.TAKEN


def test_an_automatic_reply_is_noted_and_changes_nothing_else(acme: World) -> None:
    message = a_sent_message(acme, recipient=Recipient(email="ann@example.com", lead_id=a_lead(acme)))
    assert receive(a_reply(message.pk, headers="Auto-Submitted: auto-replied\r\n")) == Receipt.TAKEN
    assert [kind for kind, _text in kept(acme)] == ["auto_reply"]
    assert latest_events(acme, "message.replied") == []
    assert suppressed(acme) == []


@pytest.mark.parametrize(("status", "permanent"), [("5.1.1", True), ("5.7.1", False), ("4.4.7", False)])
def test_a_bounce_suppresses_the_messages_own_address_where_nobody_is_there(
    acme: World, status: str, permanent: bool
) -> None:
    """The report names a victim elsewhere, which is none of our business."""
    message = a_sent_message(acme)
    receive(a_report(message.pk, status=status))
    assert suppressed(acme) == ([("ann@example.com", "bounce")] if permanent else [])
    assert last_event(acme, "message.bounced")["permanent"] is permanent
    assert [kind for kind, _text in kept(acme)] == ["bounce" if status.startswith("5") else "soft_bounce"]


def test_a_complaint_suppresses_the_address(acme: World) -> None:
    message = a_sent_message(acme)
    receive(a_complaint(message.pk))
    assert suppressed(acme) == [("ann@example.com", "complaint")]
    assert last_event(acme, "message.complained")["communication_id"] == str(message.pk)
    with acme.scope():
        again = a_message_now(acme, message)
    assert (again.state, again.reason) == (MessageState.SKIPPED, "complaint")


def a_message_now(world: World, like: Communication) -> Communication:
    return queue_message(template_key="news", recipient=Recipient(email=like.recipient), cause="again")


def test_a_mail_about_a_strangers_message_touches_the_stranger_only(cast: Cast) -> None:
    """Acme's Ann writes to us about rival's message, whose id she was forwarded."""
    mine = a_sent_message(cast.acme)
    theirs = a_sent_message(cast.rival, recipient=Recipient(email="bob@example.com"))
    both = a_report(theirs.pk).replace(b"Auto-Submitted", f"In-Reply-To: <{mine.pk}@x>\r\nAuto-Submitted".encode())
    assert receive(both) == Receipt.TAKEN
    assert (suppressed(cast.acme), suppressed(cast.rival)) == ([], [("bob@example.com", "bounce")])
    assert (kept(cast.acme), len(kept(cast.rival))) == ([], 1)


def test_what_is_about_nothing_of_ours_leaves_no_trace(acme: World) -> None:
    waiting = a_queued_message(acme)
    sms = a_sent_sms(acme)
    for about in (uuid4(), waiting.pk, sms.pk):
        assert receive(a_reply(about)) == Receipt.UNKNOWN
        assert receive(a_report(about)) == Receipt.UNKNOWN
    assert kept(acme) == []
    assert suppressed(acme) == []


def a_queued_message(world: World) -> Communication:
    """It never left, so nobody can have got it."""
    a_template(world)
    return a_message(world)


def a_sent_sms(world: World) -> Communication:
    a_template(world, "sms", channel="sms", message_class="transactional")
    message = a_message(world, "sms", template_key="sms")
    with world.scope():
        Communication.objects.filter(pk=message.pk).update(state="sent", provider_message_id=str(message.pk))
    return message


def test_in_test_mode_captured_messages_may_be_answered(rehearsal: World) -> None:
    message = a_sent_message(rehearsal)
    assert message.state == MessageState.CAPTURED
    assert receive(a_reply(message.pk)) == Receipt.TAKEN


@pytest.mark.parametrize("raw", NASTY.values(), ids=NASTY.keys())
def test_nasty_mail_is_kept_like_any_other(acme: World, raw: bytes) -> None:
    message = a_sent_message(acme)
    raw = raw.replace(b"0199f0aa-1111-7222-8333-444455556666", str(message.pk).encode())
    assert receive(raw) == Receipt.TAKEN
    assert len(kept(acme)) == 1


def test_what_is_no_mail_is_told_and_nothing_is_kept(acme: World) -> None:
    with pytest.raises(UnreadableMail):
        receive(b"\x00")
    assert kept(acme) == []


# What leads do about it


def deliver_last(world: World, name: str) -> bool:
    return deliver(latest_events(world, name)[0].pk)


def test_the_reply_of_a_lead_is_an_interaction_and_a_contact(acme: World) -> None:
    lead_id = a_lead(acme)
    message = a_sent_message(acme, recipient=Recipient(email="ann@example.com", lead_id=lead_id))
    receive(a_reply(message.pk, text="Call me."))
    assert deliver_last(acme, "message.replied")
    with acme.scope():
        said, lead = LeadInteraction.objects.get(), Lead.objects.get(pk=lead_id)
    assert (said.lead_id, said.type, said.notes, said.actor_kind) == (lead_id, "email", "Call me.", "job")
    assert (lead.last_contact, lead.status) == (said.created_at, "contacted")


def test_the_reply_of_a_lead_who_is_gone_is_kept_and_that_is_all(acme: World) -> None:
    lead_id = a_lead(acme)
    message = a_sent_message(acme, recipient=Recipient(email="ann@example.com", lead_id=lead_id))
    with acme.scope():
        delete_lead(lead_id=lead_id)
    receive(a_reply(message.pk))
    assert deliver_last(acme, "message.replied")
    with acme.scope():
        assert not LeadInteraction.objects.exists()


# At once


def receipts_at_once(world: World) -> list[Any]:
    message = a_sent_message(world)
    outcomes = together(*[lambda: receive(a_reply(message.pk))] * 6)
    assert succeeded(outcomes) == 6, outcomes
    return outcomes


@pytest.mark.xdist_group("races")
def test_one_mail_that_comes_by_several_ways_at_once_is_one(committed_cast: Cast) -> None:
    assert sorted(receipts_at_once(committed_cast.acme)).count(Receipt.TAKEN) == 1
    assert len(kept(committed_cast.acme)) == 1


@pytest.mark.xdist_group("races")
def test_without_the_index_it_is_several(committed_cast: Cast) -> None:
    with without_index("incoming_once", "messaging_incoming"):
        receipts_at_once(committed_cast.acme)
        assert len(kept(committed_cast.acme)) > 1


# The pipe of a mail server


def piped(raw: bytes, folder: Path, **env: str) -> int:
    given = {
        **os.environ, "DEBUG": "1", "DATABASE_URL": database_url(), "DATA_DIR": str(folder),
        "RAPPORT_PROCESS": "worker", "DJANGO_SETTINGS_MODULE": "config.settings", **env,
    }  # fmt: skip
    command = [sys.executable, "manage.py", "receive_mail"]
    return subprocess.run(command, input=raw, env=given, cwd=PROJECT, capture_output=True, timeout=60).returncode


@pytest.mark.xdist_group("processes")
def test_the_exit_code_tells_the_mail_server_what_to_do(committed_cast: Cast, tmp_path: Path) -> None:
    message = a_sent_message(committed_cast.acme)
    away = "postgres://nobody@127.0.0.1:1/nowhere"
    assert piped(a_reply(message.pk), tmp_path) == os.EX_OK == 0
    assert piped(a_reply(message.pk), tmp_path) == os.EX_OK
    assert piped(a_reply(uuid4()), tmp_path) == os.EX_NOUSER == 67
    assert piped(b"nonsense", tmp_path) == os.EX_DATAERR == 65
    assert piped(a_reply(message.pk, number=2), tmp_path, DATABASE_URL=away) == os.EX_TEMPFAIL == 75
    assert kept(committed_cast.acme) == [("reply", "Yes, please.")]

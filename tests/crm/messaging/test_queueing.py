"""Messages asked for: once for each cause, in the right words, however many at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.kernel.audit import events_of_scope
from crm.kernel.errors import Invalid
from crm.messaging.errors import NothingPublished, TemplateNotFound, UnknownPlaceholder
from crm.messaging.models import Communication, MessageState
from crm.messaging.recipients import Outgoing, Recipient
from crm.messaging.services import change_sending_settings, define_template, queue_messages, suppress, write_version
from tests.cast import World
from tests.crm.messaging.letters import ANN, NOON, a_message, a_template, at, stored


def causes(world: World) -> set[str]:
    with world.scope():
        return set(Communication.objects.values_list("cause", flat=True))


def test_a_message_is_rendered_and_due_at_once(acme: World) -> None:
    template = a_template(acme)
    message = stored(acme, a_message(acme))
    assert (message.state, message.channel, message.message_class) == ("queued", "email", "marketing")
    assert (message.recipient, message.recipient_key, message.subject) == (ANN.email, ANN.email, "Hello Ann")
    assert message.content.startswith("<p>Dear Ann Lee</p>")
    assert "/portal/unsubscribe/" in message.content
    assert (message.template_id, message.due_at, message.wanted_at, message.reason) == (template.pk, NOON, NOON, "")


def test_the_same_cause_is_answered_with_the_first_row(acme: World) -> None:
    a_template(acme)
    first = a_message(acme)
    again = a_message(acme, recipient=Recipient(email="bob@example.com"), values={"text": "other"})
    assert again.pk == first.pk
    assert causes(acme) == {"cause-1"}
    with acme.scope():
        assert events_of_scope().filter(name="messages.queued").count() == 1


def test_a_cause_of_one_tenant_is_free_in_another(acme: World, rehearsal: World) -> None:
    for world in (acme, rehearsal):
        a_template(world)
        a_message(world)
        assert causes(world) == {"cause-1"}


@pytest.mark.parametrize("cause", ["", "x" * 201])
def test_a_message_needs_a_cause(acme: World, cause: str) -> None:
    a_template(acme)
    with pytest.raises(Invalid):
        a_message(acme, cause)


def test_an_unknown_template_or_one_without_a_published_version_is_refused(acme: World) -> None:
    with pytest.raises(TemplateNotFound):
        a_message(acme)
    with acme.scope():
        made = define_template(key="news", name="News", channel="email")
        write_version(template_id=made.pk, locale="en", subject="x", body="x")
    with pytest.raises(NothingPublished):
        a_message(acme)


@pytest.mark.parametrize(
    ("locale", "used"),
    [("de-AT", "de-AT"), ("de_AT", "de-AT"), ("de-DE", "de"), ("de", "de"), ("fr-FR", "en"), ("", "en")],
)
def test_the_nearest_language_is_used(acme: World, locale: str, used: str) -> None:
    template = a_template(acme)
    with acme.scope():
        for other in ("de", "de-AT"):
            write_version(template_id=template.pk, locale=other, subject=f"in {other}", body="x", publish=True)
        write_version(template_id=template.pk, locale="fr", subject="not published", body="x")
    message = a_message(acme, recipient=Recipient(email=ANN.email, locale=locale))
    assert message.locale == used


def test_the_newest_published_version_is_used_and_a_pinned_one_stays(acme: World) -> None:
    template = a_template(acme)
    first = a_message(acme)
    with acme.scope():
        write_version(template_id=template.pk, locale="en", subject="Second", body="x", publish=True)
        draft = write_version(template_id=template.pk, locale="en", subject="Third", body="x")
    assert a_message(acme, "cause-2").subject == "Second"
    assert a_message(acme, "cause-3", template_key="", version_id=first.version_id).subject == "Hello Ann"
    with pytest.raises(NothingPublished):
        a_message(acme, "cause-4", template_key="", version_id=draft.pk)
    with pytest.raises(TemplateNotFound):
        a_message(acme, "cause-4", template_key="", version_id=template.pk)


def test_a_closed_gate_makes_a_skipped_row_with_its_reason(acme: World) -> None:
    a_template(acme)
    with acme.scope():
        suppress(channel="email", address=ANN.email, reason="unsubscribe")
    message = a_message(acme)
    assert (message.state, message.reason) == ("skipped", "unsubscribe")


def test_at_night_the_row_is_deferred_with_its_reason(acme: World) -> None:
    a_template(acme)
    message = a_message(acme, moment=NOON + timedelta(hours=11))
    assert (message.state, message.reason) == ("queued", "quiet_hours")
    assert (message.wanted_at, message.due_at) == (NOON + timedelta(hours=11), NOON + timedelta(hours=20))


def test_a_message_for_later_is_judged_by_that_moment(acme: World) -> None:
    a_template(acme)
    message = a_message(acme, due_at=NOON + timedelta(days=2, hours=11))
    assert message.due_at == NOON + timedelta(days=2, hours=20)
    assert a_message(acme, "past", due_at=NOON - timedelta(days=1)).due_at == NOON


def test_one_bad_recipient_spoils_no_other(acme: World) -> None:
    a_template(acme)
    people = [ANN, Recipient(email="no address"), Recipient(), Recipient(email="b@x.com", name="B\r\nBcc: c@x.com")]
    with at(acme, NOON):
        rows = queue_messages(batch=[Outgoing(who, f"c{n}", "news") for n, who in enumerate(people)])
    assert [(row.state, row.reason) for row in rows] == [
        ("queued", ""), ("failed", "bad_email"), ("skipped", "no_address"), ("failed", "bad_header"),
    ]  # fmt: skip


def test_a_batch_answers_in_its_own_order_with_rows_old_and_new(acme: World) -> None:
    a_template(acme)
    old = a_message(acme, "b")
    with at(acme, NOON):
        rows = queue_messages(batch=[Outgoing(ANN, cause, "news") for cause in ("a", "b", "c", "a")])
    assert [row.cause for row in rows] == ["a", "b", "c", "a"]
    assert rows[1].pk == old.pk
    assert rows[0].pk == rows[3].pk
    with acme.scope():
        payloads = [event.payload for event in events_of_scope().filter(name="messages.queued")]
    assert [payload["number"] for payload in payloads] == [2, 1]


def test_a_thousand_messages_cost_the_statements_of_one(acme: World) -> None:
    a_template(acme)

    def statements(number: int, prefix: str) -> int:
        batch = [Outgoing(Recipient(email=f"p{n}@example.com"), f"{prefix}{n}", "news") for n in range(number)]
        with at(acme, NOON), CaptureQueriesContext(connection) as queries:
            assert len(queue_messages(batch=batch)) == number
        return len(queries)

    one, thousand = statements(1, "x"), statements(1_000, "y")
    assert thousand <= one + 1  # rows are inserted 500 at a time
    assert one <= 12


def test_a_fault_of_the_caller_is_one(acme: World) -> None:
    a_template(acme)
    with pytest.raises(UnknownPlaceholder):
        a_message(acme, values={"passwort": "x"})
    assert causes(acme) == set()


def test_secrets_are_hidden_in_live_mode_and_whole_in_test_mode(acme: World, rehearsal: World) -> None:
    kept: dict[str, Any] = {}
    for world in (acme, rehearsal):
        a_template(world, "otp", message_class="transactional", subject="{{ code }}", body="<p>{{ code }}</p>")
        kept[world.mode] = stored(world, a_message(world, template_key="otp", secrets={"code": "987654"}))
    live, test = kept["live"], kept["test"]
    assert (live.subject, live.content) == ("[secret]", "<p>[secret]</p>")
    assert "987654" not in str(vars(live))
    assert live.sealed
    assert (test.subject, test.content, test.sealed) == ("987654", "<p>987654</p>", "")


def test_links_lead_where_the_organisation_says_and_never_elsewhere(acme: World, settings: Any) -> None:
    a_template(acme)
    assert f"{settings.BASE_URL}/portal/unsubscribe/" in a_message(acme).content
    with acme.scope():
        change_sending_settings(link_base="https://crm.acme.example/")
    content = a_message(acme, "cause-2").content
    assert "https://crm.acme.example/portal/unsubscribe/" in content
    assert settings.BASE_URL not in content


def test_a_skipped_or_failed_message_keeps_no_secret(acme: World) -> None:
    a_template(acme, "otp", message_class="transactional", body="{{ code }}")
    message = stored(acme, a_message(acme, template_key="otp", recipient=Recipient(), secrets={"code": "987654"}))
    assert (message.state, message.sealed) == (MessageState.SKIPPED, "")

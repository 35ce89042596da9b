"""Who has not answered is reminded twice at most, and what nobody answers expires (semantics §3.10)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.feedback.models import FeedbackRequest
from crm.feedback.services import Processed, change_feedback_settings, process_reminders
from crm.messaging.models import Communication, Template, TemplateVersion
from crm.messaging.services import suppress, unsubscribe
from tests.cast import Cast, World
from tests.crm.feedback.asked import DAY, answer, ask, letters, now_of, react
from tests.crm.messaging.letters import NOON, at, send
from tests.dialects.traces import latest_events

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def tick(world: World, moment: datetime) -> tuple[int, int, int, int]:
    """What is done at that moment: processed, sent, expired, skipped."""
    with at(world, moment):
        done = process_reminders()
    return done.processed, done.sent, done.expired, done.skipped


def sent(world: World, moment: datetime = NOON) -> Any:
    """Somebody was asked by a letter that has left, an hour later."""
    asked = ask(world, moment=moment)
    assert send(world, moment + HOUR)
    react(world, "message.sent")
    return asked


def test_reminders_come_three_and_seven_days_after_the_letter_left(rehearsal: World) -> None:
    asked = sent(rehearsal)
    assert (now_of(rehearsal, asked.request).state, now_of(rehearsal, asked.request).sent_at) == ("sent", NOON + HOUR)
    left = NOON + HOUR
    assert tick(rehearsal, left + 3 * DAY - HOUR) == (0, 0, 0, 0)
    assert tick(rehearsal, left + 3 * DAY) == (1, 1, 0, 0)
    assert tick(rehearsal, left + 3 * DAY) == (0, 0, 0, 0)
    assert tick(rehearsal, left + 7 * DAY) == (1, 1, 0, 0)
    for day in range(8, 30):
        assert tick(rehearsal, left + day * DAY) == (0, 0, 0, 0)
    assert [(one.template.key, one.cause[-1]) for one in with_templates(rehearsal)] == [
        ("feedback_request", "0"), ("feedback_reminder", "1"), ("feedback_reminder", "2"),
    ]  # fmt: skip
    assert now_of(rehearsal, asked.request).reminders == 2


def with_templates(world: World) -> list[Communication]:
    with world.scope():
        rows = Communication.objects.filter(cause__startswith="feedback:").select_related("template")
        return list(rows.order_by("cause"))


def test_each_letter_has_a_link_of_its_own_and_all_lead_to_the_request(rehearsal: World) -> None:
    asked = sent(rehearsal)
    tick(rehearsal, NOON + 4 * DAY)
    with rehearsal.scope():
        assert asked.request.links.count() == 2
    contents = [letter.content for letter in letters(rehearsal)]
    assert [asked.token in content for content in contents] == [True, False]
    assert "/portal/feedback/" in contents[1]


def test_a_letter_that_never_left_is_reminded_of_from_when_it_was_asked_for(rehearsal: World) -> None:
    asked = ask(rehearsal)
    assert tick(rehearsal, NOON + 3 * DAY) == (1, 1, 0, 0)
    # The first letter has become stale; that a reminder is on its way counts for more.
    assert send(rehearsal, NOON + 3 * DAY + HOUR) == 2
    react(rehearsal, "message.skipped")
    assert now_of(rehearsal, asked.request).state == "pending"


def test_a_late_first_reminder_is_not_followed_at_once_by_the_second(rehearsal: World) -> None:
    sent(rehearsal)
    assert tick(rehearsal, NOON + 9 * DAY) == (1, 1, 0, 0)
    assert tick(rehearsal, NOON + 11 * DAY) == (0, 0, 0, 0)
    assert tick(rehearsal, NOON + 12 * DAY) == (1, 1, 0, 0)


def test_nobody_is_reminded_who_has_answered_or_handed_over_a_link(rehearsal: World) -> None:
    answered = sent(rehearsal)
    ask(rehearsal, channel="link")
    tick(rehearsal, NOON + 4 * DAY)
    answer(rehearsal, answered.request, 5, NOON + 4 * DAY)
    assert letters(rehearsal)[-1].state == "skipped"
    assert tick(rehearsal, NOON + 29 * DAY) == (0, 0, 0, 0)


def test_requests_expire_after_thirty_days(rehearsal: World) -> None:
    requests = [sent(rehearsal).request, ask(rehearsal, channel="api").request]
    tick(rehearsal, NOON + 4 * DAY)
    assert tick(rehearsal, NOON + 30 * DAY - HOUR) == (1, 1, 0, 0)
    assert tick(rehearsal, NOON + 30 * DAY) == (2, 0, 2, 0)
    assert {now_of(rehearsal, request).state for request in requests} == {"expired"}
    assert {letter.state for letter in letters(rehearsal)} == {"captured", "skipped"}
    assert latest_events(rehearsal, "feedback.expired")[0].payload["number"] == 2


def test_who_unsubscribes_is_not_reminded_and_may_still_answer(rehearsal: World) -> None:
    asked = sent(rehearsal)
    (letter,) = letters(rehearsal)
    with at(rehearsal, NOON + DAY):
        unsubscribe(communication_id=letter.pk)
    react(rehearsal, "message.unsubscribed")
    assert now_of(rehearsal, asked.request).next_reminder_at is None
    assert tick(rehearsal, NOON + 9 * DAY) == (0, 0, 0, 0)
    answer(rehearsal, asked.request, 4, NOON + 9 * DAY)


def test_whom_a_gate_stops_is_skipped_and_not_tried_again(rehearsal: World) -> None:
    asked = sent(rehearsal)
    (letter,) = letters(rehearsal)
    with rehearsal.scope():
        suppress(channel="email", address=letter.recipient)
    assert tick(rehearsal, NOON + 4 * DAY) == (1, 0, 0, 1)
    assert tick(rehearsal, NOON + 9 * DAY) == (0, 0, 0, 0)
    assert (now_of(rehearsal, asked.request).reminders, now_of(rehearsal, asked.request).state) == (0, "sent")


def test_a_wording_that_staff_took_back_holds_up_nobody_elses_reminder(rehearsal: World) -> None:
    sent(rehearsal)
    tick(rehearsal, NOON + 4 * DAY)
    sent(rehearsal, NOON + 4 * DAY)
    with rehearsal.scope():
        Template.objects.filter(key="feedback_reminder").update(default_locale="de")
        TemplateVersion.objects.filter(template__key="feedback_reminder").update(published_at=None)
    assert tick(rehearsal, NOON + 8 * DAY) == (2, 0, 0, 2)
    assert tick(rehearsal, NOON + 8 * DAY) == (0, 0, 0, 0)
    with rehearsal.scope():
        TemplateVersion.objects.filter(template__key="feedback_reminder").update(published_at=NOON)
        Template.objects.filter(key="feedback_reminder").update(default_locale="en")
    assert tick(rehearsal, NOON + 9 * DAY) == (2, 2, 0, 0)


def test_staff_say_when_reminders_come_and_whether(rehearsal: World) -> None:
    with rehearsal.scope():
        change_feedback_settings(first_reminder_days=None, second_reminder_days=2)
    sent(rehearsal)
    assert tick(rehearsal, NOON + 2 * DAY + HOUR) == (1, 1, 0, 0)
    assert tick(rehearsal, NOON + 20 * DAY) == (0, 0, 0, 0)
    with rehearsal.scope():
        change_feedback_settings(second_reminder_days=None)
    asked = sent(rehearsal)
    assert now_of(rehearsal, asked.request).next_reminder_at is None


def test_one_place_is_not_reminded_in_the_name_of_another(cast: Cast) -> None:
    for world in (cast.rehearsal, cast.rival):
        ask(world)
    assert tick(cast.acme, NOON + 4 * DAY) == (0, 0, 0, 0)
    assert tick(cast.rehearsal, NOON + 4 * DAY) == (1, 1, 0, 0)
    assert letters(cast.rival)[0].cause.endswith(":0")
    assert len(letters(cast.rival)) == 1


def statements(world: World, moment: datetime) -> int:
    with at(world, moment), CaptureQueriesContext(connection) as captured:
        process_reminders()
    return len(captured)


def test_many_cost_as_many_statements_as_few(rehearsal: World) -> None:
    ask(rehearsal)
    tick(rehearsal, NOON + 4 * DAY)
    ask(rehearsal, moment=NOON + 4 * DAY)
    few = statements(rehearsal, NOON + 8 * DAY)
    for _ in range(12):
        ask(rehearsal, moment=NOON + 8 * DAY)
    assert statements(rehearsal, NOON + 12 * DAY) == few
    with rehearsal.scope():
        assert FeedbackRequest.objects.filter(reminders__gt=0).count() == 14


def test_what_is_due_is_done_in_steps(rehearsal: World) -> None:
    for _ in range(5):
        ask(rehearsal)
    with at(rehearsal, NOON + 4 * DAY):
        assert process_reminders(limit=3) == Processed(processed=3, sent=3)
        assert process_reminders(limit=3) == Processed(processed=2, sent=2)

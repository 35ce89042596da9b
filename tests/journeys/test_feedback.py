"""Reminders by two schedulers and two workers that are killed: nobody gets one twice, nor after an answer (O8)."""

import random
import time
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db.models import F

from crm.feedback.models import FeedbackRequest
from crm.feedback.services import answer_feedback
from crm.kernel.clock import real_now
from crm.kernel.jobs import note_tick
from crm.messaging.models import Communication
from tests.builders import a_customer
from tests.cast import Cast, World
from tests.crm.feedback.asked import ask
from tests.journeys.processes import Process, a_relay, a_worker, wait_until
from tests.journeys.test_nurturing import awake, run_job
from tests.proofs import times

pytestmark = [pytest.mark.xdist_group("processes"), pytest.mark.proof]

ASKED, KILLS, SEED = times(1_000, 100), times(20, 2), 20261126
CHUNKED = "tests.crm.feedback.small_chunks"
LATE = timedelta(days=4)


def test_kills_and_two_schedulers_remind_nobody_twice_or_after_an_answer(committed_cast: Cast, tmp_path: Path) -> None:
    acme = committed_cast.acme
    awake(acme)
    for _ in range(ASKED):
        ask(acme, a_customer(acme), moment=real_now())
    with a_relay(tmp_path), ExitStack() as stack:
        workers = [stack.enter_context(a_worker(tmp_path, None, CHUNKED, log=f"worker{n}")) for n in (1, 2)]
        run_job("send_outbox", real_now())
        wait_until(lambda: requests_in(acme, "sent") == ASKED, 120, "the letters that ask")
        answered = {one: real_now() for one in some_answer(acme, ASKED // 10)}
        for reminder in (1, 2, 3):
            make_due(acme)
            remind_and_kill(acme, workers, minute=1_000 * reminder)
            # Some answer when their reminder waits to be sent, others have got it before.
            answered |= {one: real_now() for one in some_answer(acme, ASKED // 10)}
            run_job("send_outbox", real_now() + reminder * timedelta(days=1))
            answered |= {one: real_now() for one in some_answer(acme, ASKED // 10)}
    check(acme, answered)


def requests_in(world: World, state: str) -> int:
    with world.scope():
        return FeedbackRequest.objects.filter(state=state).count()


def some_answer(world: World, number: int) -> list[str]:
    with world.scope():
        waiting = list(FeedbackRequest.objects.filter(state="sent").order_by("pk")[:number])
        for request in waiting:
            answer_feedback(feedback_id=request.pk, rating=4)
    return [str(request.pk) for request in waiting]


def make_due(world: World) -> None:
    """Days go by: of whom a reminder is to come, it is due; caps of messaging look at other days."""
    with world.scope():
        waiting = FeedbackRequest.objects.filter(next_reminder_at__isnull=False)
        waiting.update(next_reminder_at=real_now() - timedelta(minutes=1), sent_at=real_now() - 2 * LATE)
        Communication.objects.filter(sent_at__isnull=False).update(sent_at=F("sent_at") - LATE)


def remind_and_kill(world: World, workers: list[Process], minute: int) -> None:
    """Two schedulers mean the same tick; each time some were reminded, one of the workers dies."""
    chance = random.Random(SEED + minute)
    for kill in range(KILLS):
        before = due(world)
        if not before:
            break
        tick_twice(minute + kill)
        wait_until(lambda before=before: due(world) < before, 60, "a further reminder")  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.5))
        victim = chance.choice(workers)
        victim.kill()
        victim.start()
    for more in range(60):
        if not due(world):
            return
        tick_twice(minute + KILLS + more)
        time.sleep(1)
    raise AssertionError(f"{due(world)} were never reminded")


def tick_twice(minute: int) -> None:
    moment = real_now() + minute * timedelta(minutes=5)
    assert [note_tick("feedback_reminders", moment) is not None for _scheduler in (1, 2)] == [True, False]


def due(world: World) -> int:
    with world.scope():
        return FeedbackRequest.objects.filter(next_reminder_at__lte=real_now(), state="sent").count()


def check(world: World, answered: dict[str, datetime]) -> None:
    with world.scope():
        letters = list(Communication.objects.values_list("cause", "state", "created_at"))
        states = dict(FeedbackRequest.objects.values_list("pk", "reminders"))
    causes = [cause for cause, _state, _at in letters]
    assert len(causes) == len(set(causes)), "a letter was asked for twice"
    assert len(answered) == 7 * (ASKED // 10)
    unanswered = {str(pk): reminders for pk, reminders in states.items() if str(pk) not in answered}
    assert set(unanswered.values()) == {2}, "whoever never answered got both reminders, and no third"
    left = {(cause.split(":")[1], int(cause[-1])) for cause, state, _at in letters if state in ("sent", "captured")}
    assert {number for one, number in left if one in unanswered} == {0, 1, 2}
    for cause, _state, asked_at in letters:
        one = cause.split(":")[1]
        if one in answered and cause[-1] != "0":
            assert asked_at < answered[one], "a reminder was asked for after the answer"
    # Those who answered while their reminder waited did not get it.
    withdrawn = [cause for cause, state, _at in letters if state not in ("sent", "captured")]
    assert withdrawn
    assert {cause.split(":")[1] for cause in withdrawn} <= set(answered)

"""Requests and answers to start from."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from crm.feedback.models import FeedbackRequest
from crm.feedback.services import Asked, answer_feedback, read_answers, request_feedback
from crm.kernel.due import State
from crm.kernel.tasks import deliver
from crm.messaging.models import Communication
from tests.builders import a_customer
from tests.cast import World
from tests.crm.messaging.letters import NOON, at
from tests.dialects.traces import latest_events

DAY = timedelta(days=1)


def ask(world: World, customer_id: UUID | None = None, moment: datetime = NOON, **values: Any) -> Asked:
    """Somebody is asked by e-mail on the scale of the settings, unless said otherwise."""
    customer_id = customer_id or a_customer(world)
    with at(world, moment):
        return request_feedback(customer_id=customer_id, **values)


def answer(world: World, request: FeedbackRequest, rating: int, moment: datetime = NOON, **values: Any) -> None:
    with at(world, moment):
        answer_feedback(feedback_id=request.pk, rating=rating, **values)


def an_answer(world: World, rating: int, moment: datetime = NOON, **values: Any) -> FeedbackRequest:
    """Somebody was asked through the API and has answered; the answer is read."""
    asking = {name: values.pop(name) for name in ("customer_id", "scale") if name in values}
    asked = ask(world, moment=moment, channel="api", **asking)
    answer(world, asked.request, rating, moment, **values)
    with at(world, moment):
        read_answers(feedback_ids=[asked.request.pk])
    return now_of(world, asked.request)


def now_of(world: World, request: FeedbackRequest) -> FeedbackRequest:
    """The row as it is by now."""
    with world.scope():
        return FeedbackRequest.objects.get(pk=request.pk)


def letters(world: World) -> list[Communication]:
    """What was asked of messaging, in order."""
    with world.scope():
        return list(Communication.objects.filter(cause__startswith="feedback:").order_by("created_at", "cause"))


def react(world: World, *names: str) -> None:
    """Let the worker's reactions to those events of these names happen that wait for it."""
    for event in reversed([one for one in latest_events(world, *names) if one.state == State.DUE]):
        assert deliver(event.pk), event.name

"""A request is answered once, on its scale, in time; who is unhappy is told of."""

from typing import Any
from uuid import uuid4

import pytest

from crm.contacts.services import delete_contact
from crm.feedback.errors import AlreadyAnswered, FeedbackNotFound, RatingOutOfScale, RequestExpired
from crm.feedback.models import LastFeedback
from crm.feedback.services import answer_feedback, close_request, open_request
from crm.kernel.errors import Invalid
from tests.cast import Cast, World
from tests.crm.feedback.asked import DAY, an_answer, answer, ask, letters, now_of, react
from tests.crm.messaging.letters import NOON, at
from tests.dialects.traces import latest_events, written

pytestmark = pytest.mark.django_db


def test_an_answer_is_kept_with_its_request(acme: World) -> None:
    asked = ask(acme)
    answer(acme, asked.request, 5, NOON + DAY, comment=" Great service! ", category="support", via="link")
    row = now_of(acme, asked.request)
    assert (row.state, row.rating, row.comment, row.category, row.answered_via) == (
        "answered", 5, "Great service!", "support", "link",
    )  # fmt: skip
    assert (row.answered_at, row.next_reminder_at) == (NOON + DAY, None)
    assert latest_events(acme, "feedback.answered")[0].payload == {
        "feedback_id": str(row.pk), "customer_id": str(row.customer_id), "scale": "CSAT", "rating": 5, "via": "link",
    }  # fmt: skip


def test_what_has_not_left_is_not_sent_any_more(acme: World) -> None:
    asked = ask(acme)
    assert [letter.state for letter in letters(acme)] == ["queued"]
    answer(acme, asked.request, 5)
    assert [(letter.state, letter.reason) for letter in letters(acme)] == [("skipped", "answered")]
    # Whoever answers has been asked, and counts among those who were.
    assert now_of(acme, asked.request).sent_at == NOON


def test_a_second_answer_is_refused_and_changes_nothing(acme: World) -> None:
    asked = ask(acme)
    answer(acme, asked.request, 5, comment="first")
    before = written(acme)
    with pytest.raises(AlreadyAnswered):
        answer(acme, asked.request, 1, comment="second")
    assert (written(acme), now_of(acme, asked.request).comment) == (before, "first")


def test_what_is_over_takes_no_answer(acme: World) -> None:
    late, closed, skipped = ask(acme), ask(acme), ask(acme)
    with at(acme, NOON):
        close_request(feedback_id=closed.request.pk)
    answer(acme, skipped.request, 3)
    throttled = ask(acme, skipped.request.customer_id)
    for asked, moment in ((late, NOON + 30 * DAY), (closed, NOON), (throttled, NOON)):
        with pytest.raises(RequestExpired):
            answer(acme, asked.request, 5, moment)
    answer(acme, ask(acme).request, 5, NOON + 29 * DAY)


def test_requests_of_others_and_of_who_is_gone_are_unknown(cast: Cast) -> None:
    gone = ask(cast.acme)
    with cast.acme.scope():
        delete_contact(contact_id=gone.request.customer_id)
    for foreign in (ask(cast.rival).request.pk, ask(cast.rehearsal).request.pk, gone.request.pk, uuid4()):
        with cast.acme.scope(), pytest.raises(FeedbackNotFound):
            answer_feedback(feedback_id=foreign, rating=5)


@pytest.mark.parametrize(
    ("scale", "good", "bad"),
    [("CSAT", (1, 5), (0, 6, -1)), ("NPS", (0, 10), (-1, 11)), ("CES", (1, 7), (0, 8, 10**20))],
)
def test_a_rating_is_on_the_scale_of_its_request(acme: World, scale: str, good: Any, bad: Any) -> None:
    for rating in bad:
        with pytest.raises(RatingOutOfScale) as refused:
            answer(acme, ask(acme, scale=scale).request, rating)
        assert refused.value.field == "rating"
    for rating in good:
        answer(acme, ask(acme, scale=scale).request, rating)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"comment": "x" * 5_001}, "comment"), ({"comment": "a\0b"}, "comment"), ({"category": "x" * 51}, "category"),
     ({"category": "a\nb"}, "category")],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_and_the_request_stays_open(acme: World, values: Any, field: str) -> None:
    asked = ask(acme)
    with pytest.raises(Invalid) as refused:
        answer(acme, asked.request, 5, **values)
    assert refused.value.complaints[0].field == field
    assert now_of(acme, asked.request).state == "pending"


@pytest.mark.parametrize(
    ("scale", "rating", "unhappy"),
    [("NPS", 6, True), ("NPS", 7, False), ("CSAT", 2, True), ("CSAT", 3, False), ("CES", 3, True), ("CES", 4, False)],
)
def test_who_is_unhappy_is_to_be_called_within_two_days(acme: World, scale: str, rating: int, unhappy: bool) -> None:
    request = an_answer(acme, rating, scale=scale)
    told = latest_events(acme, "feedback.detractor")
    assert request.is_unhappy == unhappy == bool(told)
    if told:
        assert told[0].payload["call_by"] == (NOON + 2 * DAY).isoformat()
        react(acme, "feedback.detractor")


def test_a_look_says_that_somebody_looked_and_no_more(acme: World) -> None:
    asked, pending = ask(acme, channel="link"), ask(acme)
    before = written(acme)
    for request in (asked.request, pending.request):
        with at(acme, NOON + DAY):
            open_request(feedback_id=request.pk)
    assert (now_of(acme, asked.request).state, now_of(acme, asked.request).opened_at) == ("opened", NOON + DAY)
    assert now_of(acme, pending.request).state == "pending"
    answer(acme, asked.request, 4)
    with at(acme, NOON):
        open_request(feedback_id=asked.request.pk)
    assert now_of(acme, asked.request).state == "answered"
    assert written(acme)["Event"] == before["Event"] + 1


def test_what_a_customer_said_last_is_remembered(acme: World) -> None:
    first = an_answer(acme, 2)
    an_answer(acme, 9, NOON + 40 * DAY, customer_id=first.customer_id, scale="NPS")
    with acme.scope():
        (last,) = LastFeedback.objects.all()
    assert (last.customer_id, last.scale, last.rating, last.score) == (first.customer_id, "NPS", 9, 90)

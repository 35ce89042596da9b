"""Feedback in kaffa's live mode: a year of answers on two scales, better since the summer, and what they are about."""

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from backoffice.demo.cast import DemoOrganisation
from crm.contacts.selectors import active_customers
from crm.feedback.models import FeedbackChannel, FeedbackRequest, FeedbackState, LastFeedback, Scale
from crm.feedback.scales import score_of
from crm.feedback.services import (
    answer_feedback,
    change_feedback_settings,
    read_answers,
    request_feedback,
    set_up_feedback,
    suggest_themes,
)
from crm.kernel.clock import now
from crm.kernel.copying import copy_rows
from crm.kernel.tenancy import Mode

DAY = timedelta(days=1)
_ANSWERS, _UNANSWERED, _YEAR = 360, 140, 350
# What people say, by how they liked it: unhappy, so-so, happy.
_COMMENTS = (
    (
        "I waited twenty minutes and the coffee was cold.", "The prices went up again, it is too expensive now.",
        "The barista was rude to my mother.", "Your app crashed in the middle of my order.",
        "The parcel arrived broken and nobody answered.", "Too noisy, and the tables were dirty.",
        "Delivery took nine days. Nobody told me why.", "The beans were stale.",
    ),
    (
        "Good coffee, but pricey.", "Nice staff, slow service at noon.", "Fine. Please offer oat milk.",
        "The app is all right, the website is confusing.", "It was okay.", "Wish you had oat milk.",
        "Delivery is fine, the packaging is too much plastic.", "Parking is hard to find.",
    ),
    (
        "Great service!", "The new roast is delicious, always fresh.", "Friendly staff who know my name.",
        "Lovely place, good music.", "Delivery was quick and well packed.", "Excellent quality, worth it.",
        "Love the selection of roasts. Oat milk would make it perfect.", "The app makes it so easy.", "",
        "I tell all my friends about you.", "",
    ),
)  # fmt: skip
_CATEGORIES = ("shop", "delivery", "support", "app", "")
_LATEST = ((5, "Great service!", "support"), (2, "The queue was long and the barista was rude.", "shop"),
           (4, "Tasty beans, and quick delivery.", "delivery"))  # fmt: skip


def ensure_feedback(cast: DemoOrganisation, mode: str) -> None:
    """Every place is set up to ask; kaffa has asked for a year."""
    set_up_feedback()
    if cast.slug != "kaffa" or mode != Mode.LIVE or FeedbackRequest.objects.exists():
        return
    change_feedback_settings(question="How did you like your last visit?")
    customers = list(active_customers().order_by("created_at", "pk").values_list("pk", flat=True))
    _load(customers)
    for customer_id, (rating, comment, category) in zip(customers[-len(_LATEST) :], _LATEST, strict=True):
        asked = request_feedback(customer_id=customer_id, channel=FeedbackChannel.LINK)
        answer_feedback(feedback_id=asked.request.pk, rating=rating, comment=comment, category=category, via="link")
    suggest_themes()


def _load(customers: Sequence[UUID]) -> None:
    """Answers and requests without one, of so many customers once each, as they came in over a year."""
    dice = random.Random(1997)
    chosen = dice.sample(list(customers[: -len(_LATEST)]), _ANSWERS + _UNANSWERED)
    answered = [_answer(dice, customer_id, number) for number, customer_id in enumerate(chosen[:_ANSWERS])]
    unanswered = [_without_answer(customer_id, number) for number, customer_id in enumerate(chosen[_ANSWERS:])]
    copy_rows(FeedbackRequest, [*answered, *unanswered])
    copy_rows(LastFeedback, _last(answered))
    read_answers(feedback_ids=[answer.pk for answer in answered])


def _answer(dice: random.Random, customer_id: UUID, number: int) -> FeedbackRequest:
    days = _YEAR * number / _ANSWERS
    # Things got better some months ago.
    mood = dice.choices((0, 1, 2), weights=(2, 3, 7) if days < 150 else (5, 5, 5))[0]
    scale = Scale.NPS if number % 5 < 2 else Scale.CSAT
    limits = scale.range
    ratings = (
        range(limits.lowest, limits.unhappy_to + 1), range(limits.unhappy_to + 1, limits.happy_from),
        range(limits.happy_from, limits.highest + 1),
    )  # fmt: skip
    sent_at = now() - days * DAY - timedelta(hours=9)
    return FeedbackRequest(
        customer_id=customer_id, channel=FeedbackChannel.EMAIL, scale=scale, state=FeedbackState.ANSWERED,
        created_at=sent_at, sent_at=sent_at, expires_at=sent_at + 30 * DAY,
        rating=dice.choice(ratings[mood]), comment=dice.choice(_COMMENTS[mood]), category=dice.choice(_CATEGORIES),
        answered_at=sent_at + timedelta(hours=8 * dice.random()), answered_via="link",
    )  # fmt: skip


def _without_answer(customer_id: UUID, number: int) -> FeedbackRequest:
    """The latest are still open; of the others some bounced."""
    days = _YEAR * number / _UNANSWERED
    sent_at = now() - days * DAY - timedelta(hours=5)
    bounced = FeedbackState.BOUNCED if number % 14 == 3 else FeedbackState.EXPIRED
    return FeedbackRequest(
        customer_id=customer_id, channel=FeedbackChannel.EMAIL, scale=Scale.NPS if number % 5 < 2 else Scale.CSAT,
        state=FeedbackState.SENT if days < 25 else bounced, created_at=sent_at, sent_at=sent_at,
        expires_at=sent_at + 30 * DAY, reminders=2,
    )  # fmt: skip


def _last(answered: Sequence[FeedbackRequest]) -> Iterator[LastFeedback]:
    for answer in answered:
        rating = answer.rating or 0
        yield LastFeedback(
            customer_id=answer.customer_id, scale=answer.scale, rating=rating,
            score=round(score_of(answer.scale, rating)), answered_at=answer.answered_at or now(),
        )  # fmt: skip

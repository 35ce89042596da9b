"""What other apps are told of feedback: merges of people, segments and health, the timeline."""

from datetime import timedelta
from decimal import Decimal

import pytest

from crm.contacts.models import Contact
from crm.contacts.services import merge_contacts, unmerge
from crm.contacts.timeline import timeline_of
from crm.feedback.models import FeedbackRequest, LastFeedback
from crm.insights import registry
from crm.kernel.actors import Actor, ActorKind
from crm.kernel.tenancy import Scope, open_scope
from tests.builders import a_customer
from tests.cast import World
from tests.crm.contacts.merge_stage import all_tables
from tests.crm.feedback.asked import DAY, an_answer, ask, letters
from tests.crm.messaging.letters import NOON, at

pytestmark = pytest.mark.django_db


def states(world: World, customer: object) -> list[str]:
    with world.scope():
        rows = FeedbackRequest.objects.filter(customer_id=customer).order_by("created_at", "pk")
        return list(rows.values_list("state", flat=True))


def test_the_winner_has_all_answers_and_one_open_request(acme: World) -> None:
    winner, loser, other = a_customer(acme), a_customer(acme), a_customer(acme)
    for customer in (winner, loser, other):
        an_answer(acme, 4, NOON - 40 * DAY, customer_id=customer)
    ask(acme, loser)
    ask(acme, other, NOON + timedelta(hours=1))
    tables = all_tables()
    with at(acme, NOON + DAY):
        merge = merge_contacts(winner_id=winner, loser_ids=[loser, other])
    assert states(acme, winner) == ["answered"] * 3 + ["pending", "closed"]
    assert [letter.state for letter in letters(acme)] == ["queued", "skipped"]
    assert states(acme, loser) == []
    with at(acme, NOON + DAY):
        assert merge.merge_id is not None
        unmerge(merge_id=merge.merge_id)
    after = all_tables()
    for label in ("feedback.FeedbackRequest", "feedback.LastFeedback", "messaging.Communication"):
        assert after[label] == tables[label], label


def test_the_winners_own_open_request_stays(acme: World) -> None:
    winner, loser = a_customer(acme), a_customer(acme)
    own, theirs = ask(acme, winner).request, ask(acme, loser).request
    with acme.scope():
        merge_contacts(winner_id=winner, loser_ids=[loser])
        found = dict(FeedbackRequest.objects.values_list("pk", "state"))
        assert FeedbackRequest.objects.get(pk=theirs.pk).reason == "merged"
    assert found == {own.pk: "pending", theirs.pk: "closed"}


@pytest.mark.parametrize(("winners", "losers", "last"), [(1, 9, 9), (9, 1, 1), (None, 3, 3), (3, None, 3)])
def test_of_two_last_answers_the_later_one_is_the_last(
    acme: World, winners: int | None, losers: int | None, last: int
) -> None:
    winner, loser = a_customer(acme), a_customer(acme)
    for customer, rating, days in ((winner, winners, 0), (loser, losers, 1)):
        if rating is not None:
            an_answer(acme, rating, NOON + days * DAY, customer_id=customer, scale="NPS")
    with acme.scope():
        merge_contacts(winner_id=winner, loser_ids=[loser])
        assert LastFeedback.objects.get(customer_id=winner).rating == last


# Segments and health


def test_one_nine_today_is_a_sentiment_of_ninety(acme: World) -> None:
    """The worked number of semantics §3.6."""
    request = an_answer(acme, 9, scale="NPS")
    with acme.scope():
        assert registry.parts()["sentiment"]([request.customer_id], NOON) == {request.customer_id: 90}


def test_older_answers_count_less_and_those_of_a_year_ago_not(acme: World) -> None:
    customer = a_customer(acme)
    for rating, days, scale in ((1, 400, "CSAT"), (1, 180, "CSAT"), (7, 60, "CES")):
        an_answer(acme, rating, NOON - days * DAY, customer_id=customer, scale=scale)
    newer, older = Decimal(2) ** (Decimal(-60) / 180), Decimal("0.5")
    expected = round(100 * newer / (newer + older))
    with acme.scope():
        known = registry.parts()["sentiment"]([customer, a_customer_known()], NOON)
    assert known == {customer: expected}


def a_customer_known() -> object:
    from uuid import uuid4

    return uuid4()


def test_segments_find_people_by_what_they_said_last(acme: World) -> None:
    happy, unhappy, silent = a_customer(acme), a_customer(acme), a_customer(acme)
    an_answer(acme, 1, NOON - 90 * DAY, customer_id=happy)
    an_answer(acme, 5, customer_id=happy, comment="Great")
    an_answer(acme, 2, customer_id=unhappy)
    fields = registry.fields()
    with acme.scope():
        ids = Contact.objects.filter(pk__in=[happy, unhappy, silent]).values_list("pk", flat=True)
        assert list(ids.filter(**{f"{fields['feedback.last_rating'].path}__gte": 4})) == [happy]
        assert list(ids.filter(**{f"{fields['feedback.last_score'].path}__lt": 50})) == [unhappy]
        assert list(ids.filter(**{f"{fields['feedback.last_answered'].path}__isnull": True})) == [silent]
        event = registry.events()["feedback"]
        rows = event.rows().filter(**{f"{event.attributes['rating'].path}__lte": 2})
        assert set(rows.values_list(event.contact, flat=True)) == {happy, unhappy}
        assert {event.grant, *(field.grant for key, field in fields.items() if key.startswith("feedback."))} == {
            "crm:feedback:read"
        }


def test_the_timeline_tells_that_somebody_was_asked_and_what_they_said(acme: World) -> None:
    customer = a_customer(acme)
    an_answer(acme, 5, customer_id=customer, comment="Great service!")
    assert ask(acme, customer, NOON + DAY).request.state == "skipped"
    with acme.scope():
        told = [(str(entry.title), entry.text) for entry in timeline_of(customer) if "feedback" in entry.key]
    assert told == [
        ("Gave 5: Satisfaction, 1 to 5", "Great service!"), ("Asked for feedback: Satisfaction, 1 to 5", ""),
    ]  # fmt: skip


def test_who_may_not_read_feedback_does_not_meet_it_in_the_timeline(acme: World) -> None:
    customer = a_customer(acme)
    an_answer(acme, 5, customer_id=customer)
    reader = Actor(ActorKind.KEY, "narrow", frozenset({"auth:members:read"}))
    with open_scope(Scope(tenant=acme.tenant, actor=reader, now=NOON)):
        assert [entry for entry in timeline_of(customer) if "feedback" in entry.key] == []

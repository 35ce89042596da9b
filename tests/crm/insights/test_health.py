"""How customers are doing is computed in sets, told when it changes, and read without writing (semantics §3.6)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.contacts.errors import ContactNotFound
from crm.contacts.services import create_contact, update_customer
from crm.insights import registry
from crm.insights.models import Health, HealthChange
from crm.insights.selectors import HealthReport, health_of
from crm.insights.selectors.parts import engagement, support
from crm.insights.services import compute_health, forget_health_changes, look_at
from crm.kernel.clock import now
from crm.messaging.models import Incoming
from crm.messaging.recipients import Recipient
from crm.organisations.models import Organisation
from tests.builders import a_customer, customers_of
from tests.cast import World
from tests.crm.insights.stage import job, said, work_off
from tests.crm.messaging.letters import a_message, a_template
from tests.dialects.traces import latest_events, written

pytestmark = pytest.mark.django_db


class Known:
    """What another app knows of people, and tells as apps do: at start, through the registry."""

    def __init__(self) -> None:
        self.recency: dict[UUID, int] = {}
        self.sentiment: dict[UUID, int] = {}

    def tell(self, contact_id: UUID, value: int) -> None:
        self.recency[contact_id] = self.sentiment[contact_id] = value


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Known:
    told = Known()

    def of(values: dict[UUID, int]) -> Any:
        return lambda ids, _moment: {one: values[one] for one in ids if one in values}

    monkeypatch.setattr(registry, "_parts", {"recency": of(told.recency), "sentiment": of(told.sentiment)})
    return told


def computed(world: World, *contact_ids: UUID) -> Health:
    with world.scope():
        compute_health(contact_ids)
        return Health.objects.get(pk=contact_ids[0])


def as_if_days_ago(world: World, days: int) -> None:
    """What is kept was kept so many days earlier."""
    with world.scope():
        for change in HealthChange.objects.order_by("day"):
            HealthChange.objects.filter(pk=change.pk).update(day=change.day - timedelta(days=days))
        for row in Health.objects.all():
            Health.objects.filter(pk=row.pk).update(scored_on=row.scored_on - timedelta(days=days))


def test_health_is_kept_with_its_parts(acme: World, known: Known) -> None:
    person = a_customer(acme)
    known.tell(person, 80)
    kept = computed(acme, person)
    assert (kept.score, kept.band, kept.coverage) == (80, "healthy", 50)
    assert kept.parts == {"recency": 80, "sentiment": 80}
    assert (kept.delta_30d, kept.formula_version, kept.computed_at is not None) == (None, 1, True)


def test_another_band_is_told_once_and_the_first_one_not(acme: World, known: Known) -> None:
    person = a_customer(acme)
    for value in (80, 73, 60, 60, 49, 80):
        known.tell(person, value)
        computed(acme, person)
    told = [event.payload for event in reversed(latest_events(acme, "customer.health_band_changed"))]
    assert [(one["from_band"], one["to_band"], one["score"]) for one in told] == [
        ("healthy", "watch", 60), ("watch", "healthy", 80),
    ]  # fmt: skip
    assert {one["contact_id"] for one in told} == {str(person)}


def test_the_change_in_thirty_days_is_from_what_was_kept_then(acme: World, known: Known) -> None:
    person = a_customer(acme)
    for value, days_until_the_next in ((90, 40), (70, 10), (60, 0)):
        known.tell(person, value)
        kept = computed(acme, person)
        as_if_days_ago(acme, days_until_the_next)
    assert (kept.score, kept.delta_30d) == (60, 60 - 90)
    with acme.scope():
        assert list(HealthChange.objects.order_by("day").values_list("score", flat=True)) == [90, 70, 60]


def test_a_score_that_never_changed_has_not_changed_in_thirty_days(acme: World, known: Known) -> None:
    person = a_customer(acme)
    known.tell(person, 70)
    computed(acme, person)
    as_if_days_ago(acme, 500)
    with acme.scope():
        assert forget_health_changes() == 1
    assert computed(acme, person).delta_30d == 0


def test_a_day_has_one_row_of_history_and_a_day_without_change_none(acme: World, known: Known) -> None:
    person = a_customer(acme)
    for value in (70, 71, 72, 72):
        known.tell(person, value)
        computed(acme, person)
    as_if_days_ago(acme, 1)
    computed(acme, person)
    with acme.scope():
        assert list(HealthChange.objects.values_list("score", flat=True)) == [72]


def test_who_is_blocked_is_at_risk(acme: World, known: Known) -> None:
    person = a_customer(acme, status="blocked")
    known.tell(person, 100)
    assert computed(acme, person).band == "at_risk"
    with acme.scope():
        update_customer(contact_id=person, status="active")
        assert health_of(person).band == "at_risk", "what is kept is told"
        look_at([person])
        assert health_of(person).band == "healthy"


def test_a_thousand_cost_twelve_statements_at_most(acme: World) -> None:
    people = customers_of(acme, 30)
    for person in people:
        said(acme, person, type="support")
    with acme.scope():
        for round_ in range(2):
            with CaptureQueriesContext(connection) as captured:
                assert compute_health(people) == 30
            asked = [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]
            # Two for orders and one for feedback are to come.
            assert len(asked) <= 12 - 3, f"round {round_}:\n" + "\n".join(sql[:120] for sql in asked)


def test_a_look_writes_nothing(acme: World) -> None:
    person = a_customer(acme)
    said(acme, person, days_ago=3)
    before = written(acme)
    with acme.scope():
        health = health_of(person)
        assert not Health.objects.exists()
    assert written(acme) == before
    assert (health.score, health.coverage, health.band) == (10, 10, "unknown")
    assert health.last_interaction_at is not None
    assert health.last_order_at is None
    assert health.components["support"].value is None


def test_only_customers_have_health(acme: World, rival: World) -> None:
    stranger = a_customer(rival)
    with acme.scope():
        listed = create_contact(first_name="Only", email="listed@example.com").pk
        assert compute_health([listed, stranger]) == 0
        for contact_id in (listed, stranger, uuid4()):
            with pytest.raises(ContactNotFound):
                health_of(contact_id)


def test_every_night_all_customers_are_computed(acme: World, rehearsal: World, rival: World) -> None:
    people = {world.mode + world.organisation.slug: customers_of(world, 2) for world in (acme, rehearsal, rival)}
    run = job("compute_health")
    assert (run.state, run.done) == ("done", 6)
    for world in (acme, rehearsal, rival):
        with world.scope():
            found = set(Health.objects.values_list("pk", flat=True))
            assert found == set(people[world.mode + world.organisation.slug])


def test_the_band_is_computed_when_something_happens(acme: World) -> None:
    person = a_customer(acme)
    work_off(acme)
    with acme.scope():
        assert Health.objects.get(pk=person).band == "unknown"
        update_customer(contact_id=person, status="blocked")
    work_off(acme)
    with acme.scope():
        assert Health.objects.get(pk=person).band == "at_risk"


# Parts


def values(world: World, part: Any, *contact_ids: UUID) -> Any:
    with world.scope():
        found = part(contact_ids, now())
        return [found.get(one) for one in contact_ids]


def test_support_counts_what_is_open_overdue_and_closed(acme: World) -> None:
    never, once, opened, overdue, done, old = customers_of(acme, 6)
    said(acme, never, type="call", next_action="Call back")
    said(acme, once, days_ago=1, type="support")
    said(acme, opened, days_ago=200, type="support", next_action="Send the part")
    said(acme, overdue, type="support", next_action_date=now() - timedelta(hours=1))
    said(acme, done, type="support", next_action="x", next_action_date=now(), next_action_done_at=now())
    said(acme, old, days_ago=91, type="support")
    assert values(acme, support, never, once, opened, overdue, done, old) == [None, 95, 90, 70, 95, 100]


def test_engagement_counts_touches_of_ninety_days_three_a_day(acme: World) -> None:
    never, four, much, long_ago, ahead = customers_of(acme, 5)
    for days_ago in (1, 20, 40, 89):
        said(acme, four, days_ago=days_ago)
    for _ in range(5):
        said(acme, much, days_ago=0)
    said(acme, long_ago, days_ago=91, type="email")
    said(acme, ahead, days_ago=-1)
    assert values(acme, engagement, never, four, much, long_ago, ahead) == [None, 40, 30, 0, None]


def test_a_day_is_one_of_the_organisations_zone(acme: World) -> None:
    person = a_customer(acme)
    Organisation.objects.filter(pk=acme.organisation.pk).update(zone="Pacific/Auckland")
    noon = now().replace(hour=11, minute=30) - timedelta(days=7)
    # Half past eleven and half past one in UTC: two days in Auckland, whose midnight is between them in any season.
    for moment in (noon - timedelta(hours=1), noon - timedelta(hours=1), noon, noon + timedelta(hours=2)):
        said(acme, person, happened_at=moment)
    assert values(acme, engagement, person) == [40]


def test_answers_to_messages_are_touches(acme: World) -> None:
    person, silent = customers_of(acme, 2)
    a_template(acme)
    message = a_message(acme, recipient=Recipient(email="ann@example.com", contact_id=person))
    with acme.scope():
        for number, kind in enumerate(("reply", "reply", "auto_reply", "bounce")):
            Incoming.objects.create(communication=message, kind=kind, message_id=f"m{number}", received_at=now())
    assert values(acme, engagement, person, silent) == [20, None]


def test_a_report_tells_what_pulls_it_down(acme: World, known: Known) -> None:
    person = a_customer(acme)
    known.recency[person], known.sentiment[person] = 100, 20
    with acme.scope():
        compute_health([person])
        health: HealthReport = health_of(person)
    assert (health.score, health.band) == (60, "watch")
    assert [(drag.part, drag.points) for drag in health.drags] == [("sentiment", 40)]

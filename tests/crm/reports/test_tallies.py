"""Rollups follow the events, and are provably equal to the rows they stand for."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from crm.contacts.models import Customer
from crm.contacts.services import CustomerRow, create_contact, delete_contact, load_customers
from crm.kernel.audit import events_of_scope
from crm.kernel.due import State
from crm.kernel.jobs import carry_on, run_now
from crm.kernel.models import JobRun
from crm.kernel.tasks import deliver
from crm.organisations.models import Organisation
from crm.reports.models import DailyTally, Measure
from crm.reports.selectors import MonthCount, count_of, new_customers_by_month
from crm.reports.services import COUNTED, Mismatch, add_to_tally, true_new_customers, verify_tallies
from tests.builders import a_customer, an_entry
from tests.cast import Cast, World

NEW = Measure.NEW_CUSTOMERS
MONDAY = date(2024, 5, 6)


def deliver_all(world: World) -> None:
    with world.scope():
        waiting = list(events_of_scope().filter(state=State.DUE).order_by("id").values_list("id", flat=True))
    for event_id in waiting:
        assert deliver(event_id)


def tallies(world: World) -> dict[date, int]:
    with world.scope():
        return dict(DailyTally.objects.values_list("day", "count"))


def truth(world: World) -> dict[date, int]:
    with world.scope():
        return true_new_customers()


def tally(world: World, *days: date, count: int = 1) -> None:
    with world.scope():
        add_to_tally(measure=NEW, per_day=dict.fromkeys(days, count))


def load(world: World, *days: date) -> list[UUID]:
    late = [datetime.combine(day, time(23, 59), UTC) for day in days]
    rows = [CustomerRow(f"Person {n}", f"loaded{n}@example.com", "", since) for n, since in enumerate(late)]
    with world.scope():
        return [customer.pk for customer in load_customers(rows)]


def today(world: World) -> date:
    with world.scope() as scope:
        return scope.now.date()


def test_new_customers_are_counted_in_the_worker(acme: World) -> None:
    for _ in range(2):
        a_customer(acme)
    assert tallies(acme) == {}
    deliver_all(acme)
    assert tallies(acme) == truth(acme) == {today(acme): 2}


def test_a_promoted_person_is_counted_on_the_day_of_their_promotion(acme: World) -> None:
    an_entry(acme, email="ann@example.com")
    deliver_all(acme)
    assert tallies(acme) == {}
    a_customer(acme, email="ann@example.com")
    deliver_all(acme)
    assert tallies(acme) == truth(acme) == {today(acme): 1}


def test_a_batch_is_counted_by_its_days(acme: World) -> None:
    load(acme, MONDAY, MONDAY, MONDAY + timedelta(days=1))
    deliver_all(acme)
    assert tallies(acme) == truth(acme) == {MONDAY: 2, MONDAY + timedelta(days=1): 1}


def test_a_deleted_customer_is_taken_off_the_day_they_began(acme: World) -> None:
    first, _ = load(acme, MONDAY, MONDAY)
    deliver_all(acme)
    with acme.scope():
        delete_contact(contact_id=first)
    assert tallies(acme) == {MONDAY: 2}
    deliver_all(acme)
    assert tallies(acme) == truth(acme) == {MONDAY: 1}


def test_a_contact_who_was_no_customer_is_never_counted(acme: World) -> None:
    with acme.scope():
        delete_contact(contact_id=create_contact(email="ann@example.com").id)
    deliver_all(acme)
    assert tallies(acme) == truth(acme) == {}


def test_each_tenant_has_tallies_of_its_own(acme: World, rehearsal: World, rival: World) -> None:
    for world in (acme, rehearsal, rival):
        a_customer(world)
    a_customer(rival)
    for world in (acme, rehearsal, rival):
        deliver_all(world)
    assert [sum(tallies(world).values()) for world in (acme, rehearsal, rival)] == [1, 1, 2]


def test_a_message_that_comes_twice_counts_once(acme: World) -> None:
    a_customer(acme)
    deliver_all(acme)
    with acme.scope():
        counted = [event.pk for event in events_of_scope().filter(name__in=[kind.name for kind in COUNTED])]
    for event_id in counted:
        deliver(event_id)
    assert sum(tallies(acme).values()) == 1


def verified(world: World) -> list[Mismatch] | None:
    with world.scope():
        return verify_tallies()


def test_right_tallies_are_left_alone(acme: World) -> None:
    load(acme, MONDAY, MONDAY)
    deliver_all(acme)
    assert verified(acme) == []
    assert tallies(acme) == {MONDAY: 2}


@pytest.mark.parametrize(("wrong_by", "tallied"), [(5, 7), (-1, 1), (-2, 0), (-5, -3)])
def test_a_wrong_tally_is_told_and_mended(acme: World, wrong_by: int, tallied: int) -> None:
    load(acme, MONDAY, MONDAY)
    deliver_all(acme)
    tally(acme, MONDAY, count=wrong_by)
    assert verified(acme) == [Mismatch(MONDAY, tally=tallied, truth=2)]
    assert tallies(acme) == {MONDAY: 2}
    assert verified(acme) == []


def test_missing_and_superfluous_days_are_mended_in_their_order(acme: World) -> None:
    load(acme, MONDAY)
    deliver_all(acme)
    with acme.scope():
        DailyTally.objects.all().delete()
    tally(acme, MONDAY - timedelta(days=7), count=3)
    assert verified(acme) == [Mismatch(MONDAY - timedelta(days=7), 3, 0), Mismatch(MONDAY, 0, 1)]
    assert tallies(acme) == {MONDAY - timedelta(days=7): 0, MONDAY: 1}


def change_something(world: World, what: str) -> None:
    (customer,) = load(world, MONDAY)
    deliver_all(world)
    if what == "created":
        a_customer(world)
    elif what == "loaded":
        with world.scope():
            load_customers([CustomerRow("Bob", "bob@example.com", "", datetime(2024, 1, 1, tzinfo=UTC))])
    else:
        with world.scope():
            delete_contact(contact_id=customer)


@pytest.mark.parametrize("what", ["created", "loaded", "deleted"])
def test_nothing_can_be_said_while_events_are_under_way(acme: World, what: str) -> None:
    change_something(acme, what)
    before = tallies(acme)
    tally(acme, MONDAY, count=9)
    assert verified(acme) is None
    assert tallies(acme) == {**before, MONDAY: before[MONDAY] + 9}
    deliver_all(acme)
    assert verified(acme) == [Mismatch(MONDAY, tally=truth(acme).get(MONDAY, 0) + 9, truth=truth(acme).get(MONDAY, 0))]


def test_events_of_other_tenants_are_not_waited_for(acme: World, rehearsal: World, rival: World) -> None:
    for world in (rehearsal, rival):
        a_customer(world)
    assert verified(acme) == []
    assert verified(rehearsal) is None


def test_the_nightly_job_mends_every_tenant_and_tells_how_much(cast: Cast) -> None:
    tally(cast.acme, MONDAY, MONDAY + timedelta(days=1))
    tally(cast.rival, MONDAY)
    a_customer(cast.rehearsal)
    run = run_now("verify_tallies")
    assert carry_on(run.pk)
    run = JobRun.objects.get(pk=run.pk)
    assert (run.done, run.total, run.outcome) == (4, 4, {"mended": 3, "busy": 1})
    assert set(tallies(cast.acme).values()) == set(tallies(cast.rival).values()) == {0}


def test_a_tally_may_be_added_to_again_and_again(acme: World) -> None:
    for count in (2, 3, -1):
        tally(acme, MONDAY, count=count)
    assert tallies(acme) == {MONDAY: 4}


def test_months_are_told_oldest_first(acme: World) -> None:
    tally(acme, date(2024, 1, 31), count=1)
    tally(acme, date(2024, 2, 1), date(2024, 2, 29), count=2)
    tally(acme, date(2024, 4, 1), count=0)
    tally(acme, date(2024, 5, 31), count=7)
    with acme.scope():
        assert new_customers_by_month() == [
            MonthCount(date(2024, 1, 1), 1), MonthCount(date(2024, 2, 1), 4), MonthCount(date(2024, 5, 1), 7),
        ]  # fmt: skip
        assert [month.count for month in new_customers_by_month(months=2)] == [4, 7]


@pytest.mark.parametrize(("days", "expected"), [(None, 1111), (1, 1), (2, 11), (30, 111), (31, 1111)])
def test_what_happened_in_the_last_days_is_counted(acme: World, days: int | None, expected: int) -> None:
    for ago, count in ((0, 1), (1, 10), (29, 100), (30, 1000)):
        tally(acme, today(acme) - timedelta(days=ago), count=count)
    with acme.scope():
        assert count_of(NEW, days=days) == expected
        assert count_of("no_such_measure") == 0


def test_customers_of_a_test_clock_count_on_its_days(acme: World, rehearsal: World) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(test_clock_offset=timedelta(days=40))
    a_customer(rehearsal)
    deliver_all(rehearsal)
    assert set(tallies(rehearsal)) == {today(rehearsal)} == {today(acme) + timedelta(days=40)}
    with rehearsal.scope():
        assert Customer.objects.count() == count_of(NEW, days=1) == 1

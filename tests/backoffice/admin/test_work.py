"""Jobs, queued tasks and deliveries: how far they are, started by the operator, brought back to life by owners."""

from typing import Any

import pytest
from django.test import Client

from crm.kernel.clock import real_now
from crm.kernel.due import State
from crm.kernel.jobs import JOBS
from crm.kernel.models import Event, JobRun, QueuedTask
from tests.backoffice.admin.pages import PAGES, address, browser_of
from tests.builders import a_customer
from tests.cast import Cast, World

JOBS_PAGE, START = address("kernel.JobRun"), "/admin/kernel/jobrun/start/"
KINDS = [("kernel.QueuedTask", QueuedTask), ("kernel.Event", Event)]


def a_dead(world: World, label: str, model: Any) -> Any:
    key = PAGES[label].row(world, "letter")
    model.objects.filter(pk=key).update(state=State.DEAD, attempts=5, last_error="ValueError: no")
    return model.objects.get(pk=key)


def replay(browser: Client, label: str, *rows: Any) -> Any:
    chosen = {"action": "replay", "_selected_action": [str(row.pk) for row in rows]}
    return browser.post(address(label), chosen, follow=True)


@pytest.mark.parametrize("role", ["owner", "manager", "operator"])
@pytest.mark.parametrize(("label", "model"), KINDS)
def test_a_dead_letter_is_brought_back_to_life(cast: Cast, label: str, model: Any, role: str) -> None:
    row = a_dead(cast.acme, label, model)
    answer = replay(browser_of(cast, role), label, row)
    assert [str(message) for message in answer.context["messages"]] == ["1 dead letter is due again."]
    again = model.objects.get(pk=row.pk)
    assert (again.state, again.attempts) == (State.DUE, 0)
    assert again.next_at <= real_now()


@pytest.mark.parametrize("role", ["agent", "analyst", "stranger", "anonymous"])
@pytest.mark.parametrize(("label", "model"), KINDS)
def test_nobody_else_brings_it_back(cast: Cast, label: str, model: Any, role: str) -> None:
    row = a_dead(cast.acme, label, model)
    replay(browser_of(cast, role), label, row)
    again = model.objects.get(pk=row.pk)
    assert (again.state, again.attempts, again.last_error) == (State.DEAD, 5, "ValueError: no")


@pytest.mark.parametrize(("label", "model"), KINDS)
def test_what_is_due_or_done_is_left_as_it_is(cast: Cast, label: str, model: Any) -> None:
    row = a_dead(cast.acme, label, model)
    for state in (State.DUE, State.DONE):
        model.objects.filter(pk=row.pk).update(state=state, attempts=2)
        answer = replay(browser_of(cast, "owner"), label, row)
        assert [str(message) for message in answer.context["messages"]] == ["0 dead letters are due again."]
        assert (model.objects.get(pk=row.pk).state, model.objects.get(pk=row.pk).attempts) == (state, 2)


def test_replaying_is_recorded(cast: Cast) -> None:
    row = a_dead(cast.acme, "kernel.QueuedTask", QueuedTask)
    before = Event.objects.count()
    replay(browser_of(cast, "owner"), "kernel.QueuedTask", row)
    assert Event.objects.count() == before + 1


def test_a_dead_letter_shows_why_it_died(cast: Cast) -> None:
    row = a_dead(cast.acme, "kernel.QueuedTask", QueuedTask)
    text = browser_of(cast, "owner").get(address("kernel.QueuedTask", "change", row.pk)).content.decode()
    assert "ValueError: no" in text
    assert "Dead letter" in browser_of(cast, "owner").get(address("kernel.QueuedTask")).content.decode()


def test_the_operator_starts_any_job_at_once(cast: Cast) -> None:
    browser = browser_of(cast, "operator")
    page = browser.get(JOBS_PAGE).content.decode()
    for job in JOBS:
        assert f"<option>{job}</option>" in page
        answer = browser.post(START, {"job": job}, follow=True)
        assert [str(message) for message in answer.context["messages"]] == [f"{job} is due; it starts within seconds."]
        (run,) = JobRun.objects.filter(job=job)
        assert (run.state, run.attempts) == (State.DUE, 0)


@pytest.mark.parametrize("role", ["owner", "manager", "agent", "analyst", "stranger", "anonymous", "dismissed"])
def test_nobody_else_starts_a_job(cast: Cast, role: str) -> None:
    browser = browser_of(cast, role)
    assert START not in browser.get(JOBS_PAGE).content.decode()
    browser.post(START, {"job": "verify_tallies"})
    assert not JobRun.objects.exists()


@pytest.mark.parametrize("job", ["", "unknown", "verify_tallies\0", "x" * 10_000])
def test_a_job_that_is_not_there_is_not_started(cast: Cast, job: str) -> None:
    assert browser_of(cast, "operator").post(START, {"job": job}).headers["Location"] == JOBS_PAGE
    assert not JobRun.objects.exists()


def test_looking_at_the_address_that_starts_a_job_starts_none(cast: Cast) -> None:
    browser_of(cast, "operator").get(f"{START}?job=verify_tallies")
    assert not JobRun.objects.exists()


def test_starting_a_job_needs_the_token_of_the_page(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.cookies = browser_of(cast, "operator").cookies
    assert browser.post(START, {"job": "verify_tallies"}).status_code == 403
    assert not JobRun.objects.exists()


@pytest.mark.parametrize(("role", "state"), [("operator", State.DUE), ("owner", State.DEAD), ("manager", State.DEAD)])
def test_only_the_operator_replays_a_job(cast: Cast, role: str, state: str) -> None:
    run = JobRun.objects.create(job="verify_tallies", scheduled_for=real_now(), state=State.DEAD)
    replay(browser_of(cast, role), "kernel.JobRun", run)
    assert JobRun.objects.get().state == state


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_the_failure_of_a_job_tells_staff_nothing_of_other_organisations(cast: Cast, role: str) -> None:
    error = "IntegrityError: Key (email_key)=(secret@rival.example) already exists."
    run = JobRun.objects.create(
        job="verify_tallies", scheduled_for=real_now(), state=State.DEAD, last_error=error, done=2, total=4
    )
    text = browser_of(cast, role).get(address("kernel.JobRun", "change", run.pk)).content.decode()
    assert "verify_tallies" in text
    assert "secret@rival.example" not in text


def test_a_delivery_that_died_is_found_by_its_state(cast: Cast) -> None:
    row = a_dead(cast.acme, "kernel.QueuedTask", QueuedTask)
    a_customer(cast.acme)
    listed = browser_of(cast, "owner").get(f"{address('kernel.QueuedTask')}?state__exact=dead").context["cl"]
    assert [task.pk for task in listed.result_list] == [row.pk]
    nothing = browser_of(cast, "owner").get(f"{address('kernel.QueuedTask')}?state__exact=due").context["cl"]
    assert list(nothing.result_list) == []

"""`/metrics` (contract.md, "Health"): who may read it, what it tells, and that every process tells the same."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from config.metrics import FOLDER, VARIABLE, forget_counts
from crm.kernel.clock import database_now, real_now
from crm.kernel.due import State
from crm.kernel.ids import new_id
from crm.kernel.models import JobRun, QueuedTask
from crm.messaging.models import Communication
from crm.web.counting import surface_of
from tests.backoffice.admin.pages import browser_of
from tests.cast import Cast, World
from tests.crm.messaging.letters import a_message, a_template

PROJECT = Path(__file__).resolve().parents[2]
AFAR = {"REMOTE_ADDR": "203.0.113.9"}
pytestmark = pytest.mark.django_db


def told(answer: Any) -> dict[tuple[str, ...], float]:
    """Every sample, by its name and the values of its labels, in the order of their names."""
    assert answer.status_code == 200, answer.content
    families = text_string_to_metric_families(answer.content.decode())
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def metrics(**extra: Any) -> Any:
    return Client(raise_request_exception=False).get("/metrics", **extra)


def a_task(state: str, minutes: float = 0) -> None:
    task = QueuedTask.objects.create(
        organisation_id=new_id(), mode="live", name="a task", actor_kind="job", actor_id="test", state=state
    )
    QueuedTask.objects.filter(pk=task.pk).update(next_at=database_now() - timedelta(minutes=minutes))


# Who may read it


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_programs_on_this_machine_may(address: str) -> None:
    answer = metrics(REMOTE_ADDR=address)
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, "text/plain")
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["203.0.113.9", "10.0.0.1", "0.0.0.0", "", "localhost"])
def test_others_may_not(address: str) -> None:
    answer = metrics(REMOTE_ADDR=address)
    assert (answer.status_code, b"rapport_" in answer.content) == (403, False)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via", "X-Real-IP"])
def test_who_comes_through_a_proxy_is_not_on_this_machine(header: str) -> None:
    """Not even where nobody has listed the proxy, so that its address is all that we see."""
    assert metrics(headers={header: "127.0.0.1"}).status_code == 403


def test_a_proxy_that_is_listed_tells_who_it_is(settings: Any) -> None:
    settings.TRUSTED_PROXIES = ("127.0.0.1/32",)
    assert metrics(headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403


@pytest.mark.parametrize(("visitor", "status"), [
    ("operator", 200), ("owner", 403), ("stranger", 403), ("anonymous", 403), ("placeless", 403),
])  # fmt: skip
def test_of_people_the_operator_alone_may(cast: Cast, visitor: str, status: int) -> None:
    assert browser_of(cast, visitor).get("/metrics", **AFAR).status_code == status


def test_a_key_opens_nothing_here(acme: World) -> None:
    assert acme.api.client.get("/metrics", **AFAR).status_code == 403


def test_a_lost_database_is_said_without_its_name() -> None:
    def lost(*_arguments: Any) -> Any:
        raise OperationalError("connection to server at 10.0.0.7 was lost")

    with connection.execute_wrapper(lost):
        answer = metrics()
    assert (answer.status_code, b"10.0.0.7" in answer.content) == (503, False)


# What it tells


def test_work_is_told_by_kind_and_state_and_how_long_the_oldest_waits() -> None:
    for state, minutes in ((State.DUE, 4), (State.DUE, 2), (State.DUE, -9), (State.DEAD, 99), (State.DONE, 99)):
        a_task(state, minutes)
    found = told(metrics())
    rows = {key[2]: value for key, value in found.items() if key[:2] == ("rapport_work_rows", "task")}
    assert rows == {"due": 2, "later": 1, "dead": 1}
    assert abs(found["rapport_work_oldest_due_seconds", "task"] - 240) < 10
    assert found["rapport_work_oldest_due_seconds", "job"] == 0
    assert {key[1] for key in found if key[0] == "rapport_work_rows"} == {"event", "task", "job"}


def test_jobs_tell_when_they_last_came_to_their_end() -> None:
    now = real_now()
    for minutes, state in ((30, State.DONE), (20, State.DONE), (10, State.DEAD), (5, State.DUE)):
        at = now - timedelta(minutes=minutes)
        JobRun.objects.create(job="send_outbox", scheduled_for=at, started_at=at, state=state,
                              finished_at=at + timedelta(seconds=7) if state == State.DONE else None)  # fmt: skip
    found = told(metrics())
    ended = (now - timedelta(minutes=20, seconds=-7)).timestamp()
    assert abs(found["rapport_job_last_end_timestamp_seconds", "send_outbox"] - ended) < 0.01
    assert found["rapport_job_last_duration_seconds", "send_outbox"] == 7
    asked = (now - timedelta(minutes=5)).timestamp()
    assert abs(found["rapport_job_last_tick_timestamp_seconds", "send_outbox"] - asked) < 0.01
    assert ("rapport_job_last_end_timestamp_seconds", "tidy_up") not in found


def test_messages_are_told_by_state_those_on_their_way_however_old(acme: World, rehearsal: World) -> None:
    a_template(acme)
    a_template(rehearsal)
    rows = [a_message(acme, f"cause {number}", real_now()).pk for number in range(5)]
    a_message(rehearsal, "there", real_now())
    day_ago = real_now() - timedelta(hours=25)
    with acme.scope():
        Communication.objects.filter(pk__in=rows[:3]).update(state="sent", sent_at=real_now())
        Communication.objects.filter(pk__in=[rows[0], rows[4]]).update(created_at=day_ago)
    found = told(metrics())
    assert (found["rapport_messages", "live", "sent"], found["rapport_messages", "live", "queued"]) == (2, 2)
    assert found["rapport_messages", "test", "queued"] == 1
    assert found["rapport_messages", "live", "failed"] == 0


def test_answers_are_counted_by_surface_and_status(acme: World) -> None:
    def number(surface: str, status: str) -> float:
        return told(metrics()).get(("rapport_answers_total", status, surface), 0.0)

    which = (("dev", "200"), ("v1", "401"), ("other", "404"))
    before = [number(*one) for one in which]
    acme.api.get("/v1/dev/crm/customers")
    Client().get("/v1/customers")
    Client().get("/nowhere/at/all")
    assert [number(*one) for one in which] == [n + 1 for n in before]


@pytest.mark.parametrize(("path", "surface"), [
    ("/dev/crm/leads", "dev"), ("/api/v1/customers", "v1"), ("/crm/12", "listings"), ("/admin/", "admin"),
    ("/self-service/v1/contacts", "self-service"), ("/auth/api/login", "services"), ("/", "other"),
    ("/wp-login.php", "other"), ("/metrics", "metrics"),
])  # fmt: skip
def test_whatever_is_asked_for_has_a_surface(path: str, surface: str) -> None:
    assert surface_of(path) == surface


def test_it_costs_the_same_however_much_there_is(acme: World) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert metrics().status_code == 200
        return len(captured)

    few = statements()
    a_template(acme)
    for number in range(10):
        a_message(acme, f"cause {number}", real_now())
        a_task(State.DUE, number)
        JobRun.objects.create(job="tidy_up", scheduled_for=real_now() + timedelta(minutes=number))
    assert statements() == few <= 9


# Every process tells the same


_COUNT = (
    "import django; django.setup(); from crm.web.counting import count_answer, counted; "
    "[count_answer('/dev/crm/leads', 200) for _ in range({times})]; print(counted().decode())"
)


def test_processes_count_together(tmp_path: Path) -> None:
    """As the workers of granian do: each in its own file; whoever is asked adds them up."""
    (tmp_path / FOLDER).mkdir()
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "DEBUG": "1", VARIABLE: str(tmp_path / FOLDER),
                   "DJANGO_SETTINGS_MODULE": "config.settings"}  # fmt: skip
    told_by_each = [
        subprocess.run([sys.executable, "-c", _COUNT.format(times=times)], cwd=PROJECT, env=environment, check=True,
                       capture_output=True, text=True).stdout
        for times in (3, 4)
    ]  # fmt: skip
    assert 'rapport_answers_total{status="200",surface="dev"} 3.0' in told_by_each[0]
    assert 'rapport_answers_total{status="200",surface="dev"} 7.0' in told_by_each[1]
    assert len(list((tmp_path / FOLDER).glob("*.db"))) == 2
    forget_counts(tmp_path)
    assert list((tmp_path / FOLDER).iterdir()) == []

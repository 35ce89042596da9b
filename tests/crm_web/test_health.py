"""`/healthz` and `/readyz` (contract.md, "Health")."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from crm.kernel.clock import database_now
from crm.kernel.due import State
from crm.kernel.models import Event, JobRun, QueuedTask
from crm.kernel.tenancy import Mode
from tests.cast import World

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def client(db: Any) -> Client:
    """A visitor of a product in which nothing is due: that the cast came about is told."""
    Event.objects.update(state=State.DONE)
    return Client(raise_request_exception=False)


def _lost(*_arguments: Any) -> Any:
    raise OperationalError("connection to server at 10.0.0.7 was lost")


def _due(minutes: int, state: str = State.DUE) -> QueuedTask:
    task = QueuedTask.objects.create(
        organisation_id="0192f0c5-7a3b-7c1e-9b1a-2f4e5d6c7b8a", mode=Mode.LIVE, name="a task", actor_kind="job",
        actor_id="test", state=state,
    )  # fmt: skip
    QueuedTask.objects.filter(pk=task.pk).update(next_at=database_now() - timedelta(minutes=minutes))
    return task


def test_the_process_is_up(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_the_process_is_up_whatever_else_is_down(client: Client) -> None:
    with connection.execute_wrapper(_lost):
        assert client.get("/healthz").status_code == 200


def test_ready_when_every_part_works(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "failing": [], "oldest_due_seconds": 0})


def test_a_lost_database_is_named(client: Client) -> None:
    with connection.execute_wrapper(_lost):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "failing": ["database"], "oldest_due_seconds": 0}


def test_a_lost_broker_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", NOWHERE)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["failing"]) == (503, ["broker"])


def test_a_lost_cache_is_named(client: Client, settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": NOWHERE}}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["failing"]) == (503, ["cache"])


def test_several_lost_parts_are_all_named(client: Client, settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": NOWHERE}}
    with connection.execute_wrapper(_lost):
        answer = client.get("/readyz")
    assert (answer.status_code, set(answer.json()["failing"])) == (503, {"database", "cache"})
    assert b"10.0.0.7" not in answer.content
    assert b"redis" not in answer.content


@pytest.mark.parametrize(("minutes", "status", "failing"), [(4, 200, []), (6, 503, ["worker"])])
def test_work_that_nobody_takes_up_is_the_workers_fault(
    client: Client, minutes: int, status: int, failing: list[str]
) -> None:
    _due(minutes)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["failing"]) == (status, failing)
    assert abs(answer.json()["oldest_due_seconds"] - minutes * 60) <= 5


def test_the_oldest_of_all_kinds_of_work_counts(client: Client) -> None:
    _due(2)
    run = JobRun.objects.create(job="nightly", scheduled_for=database_now())
    JobRun.objects.filter(pk=run.pk).update(next_at=database_now() - timedelta(minutes=10))
    assert abs(client.get("/readyz").json()["oldest_due_seconds"] - 600) <= 5


@pytest.mark.parametrize("state", [State.DONE, State.DEAD])
def test_finished_and_buried_work_does_not_wait(client: Client, state: str) -> None:
    _due(60, state)
    assert client.get("/readyz").status_code == 200


def test_work_of_the_future_does_not_wait(client: Client) -> None:
    _due(-60)
    assert client.get("/readyz").json() == {"status": "ok", "failing": [], "oldest_due_seconds": 0}


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_asks_for_no_key_and_answers_over_plain_http(acme: World, settings: Any, address: str) -> None:
    settings.HTTPS_ONLY = True
    Event.objects.update(state=State.DONE)
    assert Client().get(address).status_code == 200

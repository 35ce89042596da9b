"""A task and an event go through a separate worker process, on each kind of broker."""

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from crm.kernel.models import Event, QueuedTask
from crm.kernel.relay import publish_due
from crm.messaging.models import Suppression
from crm.reports.models import Measure
from crm.reports.selectors import count_of
from tests.builders import a_customer
from tests.cast import Cast
from tests.journeys.probe import leave_a_mark
from tests.journeys.processes import everything_is_done, relay_and_worker, wait_until

pytestmark = pytest.mark.xdist_group("processes")

BROKERS = {
    "file system": None,
    "Redis": "redis://127.0.0.1:6379/9",
    "RabbitMQ": "amqp://guest:guest@127.0.0.1:5672//",
}


def is_there(broker: str | None) -> bool:
    port = {"redis": 6379, "amqp": 5672}[broker.partition(":")[0]] if broker else 0
    if not port:
        return True
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.brokers
@pytest.mark.parametrize("broker", BROKERS.values(), ids=BROKERS.keys())
def test_work_goes_through_a_worker_process(committed_cast: Cast, tmp_path: Path, broker: str | None) -> None:
    if not is_there(broker) and os.environ.get("RAPPORT_REQUIRE_ALL") != "1":
        pytest.skip("this broker does not run here; the file system's, which needs no server, is tested above")
    acme, rehearsal = committed_cast.acme, committed_cast.rehearsal
    with relay_and_worker(tmp_path, broker, "tests.journeys.probe"):
        a_customer(acme)
        with rehearsal.scope("the asker"), transaction.atomic():
            leave_a_mark.queue(address="mark@example.com")
        wait_until(everything_is_done, 60, "all work")
    with acme.scope():
        assert count_of(Measure.NEW_CUSTOMERS) == 1
        assert not Suppression.objects.exists()
    with rehearsal.scope():
        assert Suppression.objects.get().note == "a worker was here"
        event = Event.objects.get(name="address.suppressed")
        assert (event.actor_kind, event.actor_id) == ("job", "the asker")
    assert QueuedTask.objects.get(name=leave_a_mark.name).attempts == 1


def test_what_was_rolled_back_is_never_sent(committed_cast: Cast, tmp_path: Path) -> None:
    acme = committed_cast.acme
    with relay_and_worker(tmp_path, None, "tests.journeys.probe"):
        with acme.scope(), transaction.atomic():
            leave_a_mark.queue(address="never@example.com")
            transaction.set_rollback(True)
        a_customer(acme)
        wait_until(everything_is_done, 60, "all work")
    with acme.scope():
        assert not Suppression.objects.exists()


def test_a_request_never_speaks_to_the_broker(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """So a broker that is down stops none; what is due waits in the database for the relay."""

    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise ConnectionError("the broker is down")

    monkeypatch.setattr("kombu.messaging.Producer.publish", refuse)
    answer = cast.acme.api.post("/v1/customers", {"name": "Ann", "email": "ann@example.com"})
    assert answer.status_code == 201
    with pytest.raises(ConnectionError):
        publish_due()
    assert Event.objects.filter(name="customer.created", state="due", published_at=None).exists()

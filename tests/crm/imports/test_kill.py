"""kill -9 of the worker in the middle of an import: it goes on at its cursor, and no row is written twice (O10, L6)."""

from pathlib import Path

import pytest

from crm.contacts.models import Customer
from crm.imports.models import Import, ImportRow, State
from crm.imports.services.chunks import CHUNK
from crm.kernel.due import State as Due
from crm.kernel.models import QueuedTask
from crm.reports.models import Measure
from crm.reports.selectors import count_of
from tests.cast import Cast, World
from tests.crm.imports.files import csv_file, imported, people
from tests.journeys.processes import a_relay, a_worker, everything_is_done, wait_until

pytestmark = pytest.mark.xdist_group("processes")

ROWS = 2 * CHUNK + 500


def now_of(world: World, of: Import) -> Import:
    with world.scope():
        return Import.objects.get(pk=of.pk)


def is_at_work() -> bool:
    """A worker has counted its attempt at the next chunk, and has not done it."""
    return QueuedTask.objects.filter(name="imports.carry_on", state=Due.DUE, attempts=1).exists()


def test_a_killed_import_goes_on_and_writes_no_row_twice(committed_cast: Cast, tmp_path: Path) -> None:
    acme = committed_cast.acme
    staged = imported(acme, csv_file(*people(ROWS)))
    assert staged.state == State.RUNNING
    with a_relay(tmp_path):
        with a_worker(tmp_path) as worker:
            wait_until(lambda: now_of(acme, staged).cursor > 0, 60, "the first chunk")
            wait_until(is_at_work, 60, "work on the next")
            worker.kill()
        left = now_of(acme, staged)
        assert (left.state, left.done % CHUNK) == (State.RUNNING, 0), "the kill hit no chunk: the test shows nothing"
        with a_worker(tmp_path):
            wait_until(lambda: now_of(acme, staged).state == State.FINISHED, 120, "the rest of the import")
            wait_until(everything_is_done, 60, "what follows from it")
    done = now_of(acme, staged)
    assert (done.total, done.done, done.created, done.skipped) == (ROWS, ROWS, ROWS, 0)
    assert QueuedTask.objects.filter(name="imports.carry_on", attempts__gt=1).exists(), "nothing was taken up again"
    with acme.scope():
        assert Customer.objects.count() == ROWS
        assert ImportRow.objects.filter(of=done, outcome="created").values("record_id").distinct().count() == ROWS
        assert count_of(Measure.NEW_CUSTOMERS) == ROWS

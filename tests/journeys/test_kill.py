"""kill -9 of the worker, again and again, while it delivers events: no effect lost, none doubled.

With no failure in n kills, the chance of one is below 3/n (95 %): at n = 20 that is 15 %.
"""

import random
import time
from pathlib import Path

import pytest

from crm.kernel.models import Event, Processed
from crm.reports.models import Measure
from crm.reports.selectors import count_of
from tests.builders import a_customer
from tests.cast import Cast, World
from tests.journeys.processes import a_relay, a_worker, everything_is_done, wait_until
from tests.proofs import times

pytestmark = [pytest.mark.xdist_group("processes"), pytest.mark.proof]

KILLS, KILLS_OF_THE_TWIN = times(20, 5), times(10, 6)
# On a busy machine all kills of one round may miss the moment between an effect and its receipt.
ROUNDS_OF_THE_TWIN = 5
SEED = 20
COUNTING = "reports.count_new_customer"


def customers_while_the_worker_dies(acme: World, data_dir: Path, module: str, kills: int) -> int:
    """Events come in all along, and a worker is killed at a random moment of its work, `kills` times."""
    dice, made = random.Random(SEED), 0
    # What opening the organisations set off: it would keep the worker busy until it is killed.
    Event.objects.update(state="done")
    with a_relay(data_dir):
        for _ in range(kills):
            worker = a_worker(data_dir, None, module)
            until = time.monotonic() + dice.uniform(0.1, 0.6)
            while time.monotonic() < until:
                a_customer(acme)
                made += 1
            worker.kill()
        with a_worker(data_dir, None, module):
            wait_until(everything_is_done, 180, "delivery of all events")
    return made


def test_kills_lose_nothing_and_double_nothing(committed_cast: Cast, tmp_path: Path) -> None:
    acme = committed_cast.acme
    made = customers_while_the_worker_dies(acme, tmp_path, "tests.journeys.slow_delivery", KILLS)
    with acme.scope():
        counted = count_of(Measure.NEW_CUSTOMERS)
    tried_again = Event.objects.filter(name="customer.created", attempts__gt=1).count()
    print(f"{KILLS} kills (seed {SEED}), {made} events, {tried_again} of them taken up again after a kill")
    assert counted == made
    assert Event.objects.filter(state="dead").count() == 0
    assert Processed.objects.filter(event__name="customer.created", consumer=COUNTING).count() == made
    assert tried_again > 0, "no kill hit a delivery: the test has shown nothing"


def test_without_receipts_the_same_kills_double_effects(committed_cast: Cast, tmp_path: Path) -> None:
    acme = committed_cast.acme
    made = counted = 0
    for _ in range(ROUNDS_OF_THE_TWIN):
        made += customers_while_the_worker_dies(acme, tmp_path, "tests.journeys.no_receipts", KILLS_OF_THE_TWIN)
        with acme.scope():
            counted = count_of(Measure.NEW_CUSTOMERS)
        if counted > made:
            break
    assert counted > made

"""While a lead is being converted nobody makes it something to do. With its guard-off twin."""

import threading
import time
from typing import Any

import pytest

from crm.kernel.clock import now
from crm.kernel.transactions import atomic
from crm.leads.models import FollowUp
from crm.leads.services import add_interaction, convert_lead, process_follow_ups
from tests.builders import a_lead
from tests.cast import Cast, World
from tests.races.together import succeeded, together

pytestmark = pytest.mark.xdist_group("races")


def open_after_both(world: World) -> int:
    """One converts, and has not committed yet; the other looks for what is due. How much is left to be done."""
    lead_id, converted = a_lead(world), threading.Event()
    with world.scope():
        add_interaction(lead_id=lead_id, type="note", next_action="Call", next_action_date=now())

    @atomic
    def slowly() -> None:
        convert_lead(lead_id=lead_id)
        converted.set()
        time.sleep(0.7)

    def convert() -> None:
        with world.scope():
            slowly()

    def process() -> Any:
        converted.wait()
        with world.scope():
            return process_follow_ups()

    assert succeeded(together(convert, process)) == 2
    with world.scope():
        return FollowUp.objects.filter(state="open").count()


def test_a_lead_that_is_being_converted_gets_nothing_to_do(committed_cast: Cast) -> None:
    assert open_after_both(committed_cast.acme) == 0


def test_without_looking_at_locks_it_does(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.leads.services.follow_ups._while_free", lambda rows, _lead: rows)
    assert open_after_both(committed_cast.acme) == 1

"""Sequences with a real relay and worker: what stops them, and kill -9 with two schedulers (semantics §3.8, O8)."""

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from crm.kernel.actors import job_actor
from crm.kernel.clock import real_now
from crm.kernel.entrances import scope_for
from crm.kernel.jobs import note_tick
from crm.kernel.models import Event, JobRun
from crm.kernel.tenancy import Scope, Tenant
from crm.leads.models import Lead, LeadInteraction, StageChange
from crm.messaging.models import Communication
from crm.messaging.services import change_sending_settings, unsubscribe
from crm.messaging.services.receiving import Receipt, receive_mail
from crm.nurturing.models import Enrolment, StepRun
from crm.nurturing.services import enrol_eligible
from tests.builders import a_lead
from tests.cast import Cast, World
from tests.crm.messaging.mails import a_reply
from tests.crm.nurturing.sequences import MAIL, a_sequence, wait
from tests.journeys.processes import Process, a_relay, a_worker, wait_until
from tests.proofs import times

pytestmark = pytest.mark.xdist_group("processes")

STEPS, KILLS, SEED = times(10_000, 3_000), times(20, 4), 20261122
CHUNKED = "tests.crm.nurturing.small_chunks"


def awake(world: World) -> None:
    """The suite runs at night, too."""
    with world.scope():
        change_sending_settings(quiet_from="00:00", quiet_until="00:00", email_per_day=50, email_per_week=50,
                                total_per_day=50, total_per_week=50)  # fmt: skip


def run_job(name: str, moment: datetime) -> None:
    """As a scheduler that ticks at this moment."""
    run = note_tick(name, moment)
    assert run is not None
    wait_until(lambda: JobRun.objects.get(pk=run.pk).state == "done", 60, f"{name} at {moment}")


def letters_of(world: World) -> dict[UUID | None, int]:
    numbers: dict[UUID | None, int] = {}
    with world.scope():
        for lead_id in Communication.objects.filter(state__in=("sent", "captured")).values_list("lead_id", flat=True):
            numbers[lead_id] = numbers.get(lead_id, 0) + 1
    return numbers


def reasons(world: World) -> dict[UUID, str]:
    with world.scope():
        return dict(Enrolment.objects.filter(state="stopped").values_list("lead_id", "reason"))


def test_a_reply_an_unsubscription_a_conversion_and_a_merge_each_stop_it(committed_cast: Cast, tmp_path: Path) -> None:
    acme = committed_cast.acme
    awake(acme)
    names = ("replies", "unsubscribes", "converts", "is merged", "goes on")
    leads = {name: a_lead(acme, score=50) for name in names}
    sequence, winner, minute = a_sequence(acme, MAIL, wait(1, "minute"), MAIL), a_lead(acme), timedelta(minutes=1)
    with acme.scope():
        assert enrol_eligible(sequence=sequence).enrolled == len(names)
    with a_relay(tmp_path), a_worker(tmp_path):
        started = real_now()
        run_job("run_sequences", started)
        run_job("send_outbox", started)
        assert letters_of(acme) == dict.fromkeys(leads.values(), 1)
        deeds: dict[str, Callable[[], object]] = {
            "replies": lambda: _reply_to(_letter_to(acme, leads["replies"])),
            "unsubscribes": lambda: _unsubscribe(acme, leads["unsubscribes"]),
            "converts": lambda: acme.api.post(f"/dev/crm/leads/{leads['converts']}/convert"),
            "is merged": lambda: acme.api.post(f"/dev/crm/leads/{winner}/merge", {"losers": [str(leads["is merged"])]}),
        }
        for deed in deeds.values():
            deed()
        expected = {
            leads["replies"]: "reply", leads["unsubscribes"]: "unsubscribe", leads["converts"]: "converted",
            winner: "merged",
        }  # fmt: skip
        wait_until(lambda: reasons(acme) == expected, 30, "the end of four sequences")
        # What is still to come is due now, for whoever is still inside.
        with acme.scope():
            StepRun.objects.filter(state__in=("scheduled", "handed")).update(due_at=real_now() - minute)
            Communication.objects.update(sent_at=real_now() - 5 * minute)
        for later in (1, 2, 3):
            run_job("run_sequences", started + later * minute)
            with acme.scope():
                StepRun.objects.filter(state="scheduled").update(due_at=real_now() - minute)
        run_job("send_outbox", started + 4 * minute)
    numbers = letters_of(acme)
    assert numbers[leads["goes on"]] == 2
    assert sum(numbers.values()) == len(names) + 1, "somebody who had left got another letter"


def _letter_to(world: World, lead_id: UUID) -> Communication:
    with world.scope():
        return Communication.objects.get(lead_id=lead_id)


def _reply_to(letter: Communication) -> None:
    def scope(tenant: Tenant) -> AbstractContextManager[Scope]:
        return scope_for(tenant, job_actor("test"))

    assert receive_mail(raw=a_reply(letter.pk), scope=scope) == Receipt.TAKEN


def _unsubscribe(world: World, lead_id: UUID) -> None:
    letter = _letter_to(world, lead_id)
    with world.scope():
        unsubscribe(communication_id=letter.pk)


@pytest.mark.proof
def test_two_schedulers_and_kills_lose_and_double_no_step(committed_cast: Cast, tmp_path: Path) -> None:
    acme = committed_cast.acme
    awake(acme)
    _many_leads(acme)
    sequence = a_sequence(acme, MAIL)
    with acme.scope():
        while enrol_eligible(sequence=sequence).seen:
            pass
    assert _left(acme) == STEPS
    with a_relay(tmp_path), ExitStack() as stack:
        workers = [stack.enter_context(a_worker(tmp_path, None, CHUNKED, log=f"worker{n}")) for n in (1, 2)]
        _kill_while_it_runs(acme, workers)
        for minute in range(KILLS, 10 * KILLS):
            _tick_twice(minute)
            if not _left(acme):
                break
            time.sleep(1)
    with acme.scope():
        causes = list(Communication.objects.values_list("cause", flat=True))
        figures = {
            "letters": len(causes), "causes": len(set(causes)),
            "runs under way": StepRun.objects.filter(state="handed").count(),
            "noted": LeadInteraction.objects.count(),
            "moved": StageChange.objects.filter(to_status="contacted").count(),
            "contacted": Lead.objects.filter(status="contacted").count(),
            "told": Event.objects.filter(name="lead.status_changed", organisation_id=acme.organisation.pk).count(),
        }  # fmt: skip
    # None of n steps was lost or done twice: the chance of one is below 3/n (95 %).
    told = f"{figures} after {KILLS} kills, seed {SEED}, bound {3 / STEPS:.2%}"
    assert figures == dict.fromkeys(figures, STEPS), told


def _kill_while_it_runs(world: World, workers: list[Process]) -> None:
    """Each time some steps were done, one of the workers dies; the other goes on meanwhile."""
    chance = random.Random(SEED)
    for kill in range(KILLS):
        _tick_twice(kill)
        before = _left(world)
        wait_until(lambda before=before: _left(world) < before, 30, "a further step")  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.5))
        victim = chance.choice(workers)
        victim.kill()
        assert _left(world), f"all was done before kill {kill + 1}: the test shows nothing"
        victim.start()


def _tick_twice(minute: int) -> None:
    """Two schedulers mean the same tick; a run of an earlier one may be under way in the other worker."""
    moment = real_now() + minute * timedelta(minutes=1)
    assert [note_tick("run_sequences", moment) is not None for _scheduler in (1, 2)] == [True, False]


def _left(world: World) -> int:
    with world.scope():
        return StepRun.objects.filter(state="scheduled").count()


def _many_leads(world: World) -> None:
    with world.scope():
        now = real_now()
        for start in range(0, STEPS, 1_000):
            Lead.objects.bulk_create([
                Lead(name=f"Lead {n}", email=f"many{n}@example.com", email_key=f"many{n}@example.com", score=50,
                     manual_score=50, status_since=now, created_at=now, updated_at=now)
                for n in range(start, start + 1_000)
            ])  # fmt: skip

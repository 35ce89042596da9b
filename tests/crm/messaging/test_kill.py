"""kill -9 of a real worker while it hands a message over: marketing at most once, account mail at least once (O4).

A mail server of the test's own holds the line: every second mail before it has it, every other after. The worker's
children, each with a message in its hands, are killed there, and all of it again, until both classes had KILLS kills.
With no failure in n kills, the chance of one is below 3/n (95 %).
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now

from crm.kernel.jobs import run_now
from crm.messaging.models import Communication, MessageState
from crm.messaging.recipients import Outgoing, Recipient
from crm.messaging.selectors import number_unknown
from crm.messaging.services import change_sending_settings, queue_messages
from tests.cast import Cast, World
from tests.crm.messaging.holding_server import HoldingServer, holding_server
from tests.crm.messaging.letters import a_template
from tests.journeys.processes import Process, a_relay, wait_until
from tests.proofs import times

# With the races, not beside them: together they would want more connections than a server has by default.
pytestmark = [pytest.mark.xdist_group("races"), pytest.mark.proof]

KILLS, CHILDREN = times(20, 10), 10
EACH_ROUND = CHILDREN // 2
QUIET = 10  # marketing messages that nobody interrupts


def a_worker_with_children(data_dir: Path, *modules: str) -> Process:
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", str(CHILDREN)]
    command += ["--loglevel", "info", "--without-mingle", "--without-gossip", *[f"--include={one}" for one in modules]]
    return Process(*command, broker=None, data_dir=data_dir, log="worker", ready="ready.")


def ask(world: World, key: str, number: int, start: int = 0) -> None:
    """Messages to as many people, due now."""
    with world.scope():
        people = [(n, Recipient(email=f"{key}{n}@example.com")) for n in range(start, start + number)]
        queue_messages(batch=[Outgoing(who, f"{key}:{n}", key) for n, who in people])


def expire_leases(world: World) -> None:
    """Five minutes pass, while no sender lives."""
    with world.scope():
        Communication.objects.filter(state=MessageState.SENDING).update(claimed_until=Now() - timedelta(seconds=1))


def states(world: World, key: str) -> Counter[str]:
    with world.scope():
        return Counter(Communication.objects.filter(template__key=key).values_list("state", flat=True))


def kill_in_rounds(world: World, server: HoldingServer, data_dir: Path, rounds: int, *modules: str) -> None:
    """In each, half of the children hold account mail, and half marketing."""
    for number in range(rounds):
        ask(world, "receipt", EACH_ROUND, start=number * EACH_ROUND)
        for _ in range(CHILDREN):
            run_now("send_outbox")
        with a_worker_with_children(data_dir, *modules) as worker:
            wait_until(lambda: server.held() == CHILDREN, 30, "a message in the hands of every child")
            worker.kill()
        server.let_go()


def send_the_rest(world: World, server: HoldingServer, data_dir: Path, *modules: str) -> None:
    """No more kills: whatever can still leave does, also what has to wait for another try."""
    server.holds = False
    expire_leases(world)

    def settled() -> bool:
        with world.scope():
            # Thirty seconds pass until the next try.
            Communication.objects.filter(state=MessageState.QUEUED, due_at__gt=Now()).update(due_at=Now())
            return not Communication.objects.filter(state__in=["queued", "sending"]).exists()

    with a_worker_with_children(data_dir, *modules):
        deadline = time.monotonic() + 60
        while not settled():
            assert time.monotonic() < deadline, states(world, "news") + states(world, "receipt")
            run_now("send_outbox")
            time.sleep(1)


@contextmanager
def everything(cast: Cast, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HoldingServer]:
    """Both templates, no quiet hours, a relay, and the mail server that workers are told of."""
    a_template(cast.acme)
    a_template(cast.acme, "receipt", message_class="transactional")
    with cast.acme.scope():
        change_sending_settings(quiet_from="00:00", quiet_until="00:00")
    with holding_server() as server:
        monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{server.port}")
        with a_relay(data_dir):
            yield server


def test_killed_senders_lose_nothing_and_send_no_marketing_twice(
    committed_cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme, asked = committed_cast.acme, KILLS + QUIET
    with everything(committed_cast, tmp_path, monkeypatch) as server:
        ask(acme, "news", asked)
        kill_in_rounds(acme, server, tmp_path, KILLS // EACH_ROUND)
        send_the_rest(acme, server, tmp_path)
    news, receipts = states(acme, "news"), states(acme, "receipt")
    told = f"n = {KILLS} kills of each class, so a failure has less than 3/n = {300 / KILLS:.0f} % (95 %)"
    assert max(server.received("news").values()) == 1, told
    assert news == {"sent": asked - KILLS, "unknown": KILLS}, told
    assert receipts == {"sent": KILLS}, told
    assert set(server.received("receipt")) == {f"receipt{n}@example.com" for n in range(KILLS)}, told
    assert all(len(ids) == 1 for ids in server.message_ids.values()), f"one Message-ID for each message; {told}"
    assert max(server.received("receipt").values()) > 1, "no kill came after a mail had been taken: nothing is shown"
    assert len(server.received("news")) < asked, "no kill came before a mail had been taken: nothing is shown"
    shows_unknown(acme, KILLS)
    print(told, dict(news), dict(receipts), f"{sum(server.received('receipt').values())} receipts arrived")


def shows_unknown(world: World, number: int) -> None:
    with world.scope():
        assert number_unknown() == number
    page = world.browser_of("analyst").get("/admin/messaging/communication/").text
    assert f"Of {number} messages nobody knows" in page


def test_without_the_rule_the_same_kills_send_marketing_twice(
    committed_cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme, module = committed_cast.acme, "tests.crm.messaging.always_again"
    with everything(committed_cast, tmp_path, monkeypatch) as server:
        ask(acme, "news", EACH_ROUND)
        kill_in_rounds(acme, server, tmp_path, 1, module)
        send_the_rest(acme, server, tmp_path, module)
    assert max(server.received("news").values()) > 1

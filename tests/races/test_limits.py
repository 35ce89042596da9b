"""An hourly limit is exact, whoever counts it, and however many at once (reliability T9)."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis

from crm.web.limits import Usage
from tests.cast import Cast
from tests.journeys.processes import PROJECT
from tests.races.together import together
from tests.template_database import database_url

pytestmark = pytest.mark.xdist_group("races")

LIMIT, THREADS = 20, 32
REDIS = "redis://127.0.0.1:6379/9"


@pytest.fixture
def redis_url() -> str:
    client = redis.Redis.from_url(REDIS)
    try:
        client.ping()
    except redis.RedisError:
        if os.environ.get("RAPPORT_REQUIRE_ALL") == "1":
            raise
        pytest.skip("no Redis on this machine")
    return REDIS


def admitted(data_dir: Path, cache_url: str = "") -> list[int]:
    """How many of 64 requests, from two processes at once, were within the limit of 20."""
    environment = {
        **os.environ, "DEBUG": "1", "DATABASE_URL": database_url(), "DATA_DIR": str(data_dir), "CACHE_URL": cache_url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.races.callers", str(THREADS), f"race:{uuid4()}", str(LIMIT)]
    children = [
        subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    return [int(child.communicate(timeout=60)[0]) for child in children]


def test_sixty_four_callers_of_two_processes_get_twenty(committed_cast: Cast, tmp_path: Path) -> None:
    assert sum(admitted(tmp_path)) == LIMIT


def test_the_same_on_redis(committed_cast: Cast, tmp_path: Path, redis_url: str) -> None:
    assert sum(admitted(tmp_path, redis_url)) == LIMIT


def test_while_redis_is_away_the_database_counts(committed_cast: Cast, tmp_path: Path) -> None:
    assert sum(admitted(tmp_path, "redis://127.0.0.1:1/0")) == LIMIT


def test_counting_in_two_steps_lets_more_through(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a cache without atomic counting does: read, add one, write."""
    from crm.kernel import counters
    from crm.kernel.models import Counter

    def in_two_steps(key: str, *, lasts: Any, by: int = 1, renew_at: int = -1) -> tuple[int, Any]:
        before = counters.standing(key)
        Counter.objects.filter(key=key).update(n=before + by)
        return before + by, lasts

    def call() -> bool:
        from django.test import RequestFactory

        from crm.web.limits import _usage

        usage: Usage = _usage(RequestFactory().get("/"), "race:two steps", LIMIT, increment=True)
        return usage.used <= usage.limit

    call()
    monkeypatch.setattr(counters, "count", in_two_steps)
    assert sum(together(*[call] * 64)) > LIMIT


def test_over_http_the_headers_are_exact_and_the_rest_is_told_to_wait(committed_cast: Cast) -> None:
    from crm.organisations.models import Organisation

    acme = committed_cast.acme
    Organisation.objects.filter(pk=acme.organisation.pk).update(requests_per_hour=LIMIT)
    answers = together(*[lambda: acme.api.get("/v1/customers?limit=1")] * 32)
    within = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert (len(within), len(refused)) == (LIMIT, 12)
    assert sorted(int(answer.headers["X-RateLimit-Remaining"]) for answer in within) == list(range(LIMIT))
    for answer in refused:
        assert answer.headers["X-RateLimit-Remaining"] == "0"
        seconds = int(answer.headers["Retry-After"])
        assert 1 <= seconds <= 3600
        assert answer.json()["error"] == {
            "code": "RATE_LIMIT_EXCEEDED", "message": f"Rate limit exceeded. Try again in {seconds} seconds.",
        }  # fmt: skip
    assert committed_cast.rival.api.get("/v1/customers").status_code == 200

"""The benchmarks work: at 200 people every row is there, after its answers were checked. No time is looked at.

The harness runs as `make bench` does, in processes of its own, with an embedded server of its own.
"""

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from benchmarks.bench import Reach
from benchmarks.clients import Ask, Got, WrongAnswer, ensure
from benchmarks.environment import HOST, prepare
from benchmarks.load import Load, run
from benchmarks.people import person, spread
from benchmarks.rows.records import CREATE
from config import env, serve
from config.env import PROJECT, BadSetting
from config.serve import WSGI_FLAGS

ROWS = ("b1", "b2", "b3", "b4", "b5", "sign-in")


def run_small(home: Path) -> str:
    """What `make bench` prints."""
    command = [
        sys.executable, "-m", "benchmarks", "--rows", ",".join(ROWS), "--sizes", "200", "--repeats", "1",
        "--seconds", "0.1", "--sign-in-pairs", "3",
    ]  # fmt: skip
    own = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DEBUG")}
    done = subprocess.run(
        command, cwd=PROJECT, env={**own, "DATA_DIR": str(home)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.large
def test_the_table_has_its_rows_and_every_answer_was_checked(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    told = run_small(tmp_path)
    for line in ("B1   ", "S0 /v1/customers", "S3 /crm/", "B2   ", "B3   ", "B4   ", "B5   ", "sign-in", "stock DRF"):
        assert line in told
    for row in ROWS:
        results = json.loads((tmp_path / f"{row}.json").read_text())["results"]
        # A wrong answer ends the run, so a figure means that the answer was right.
        assert results, row
        assert all(result["ours"] for result in results), row
    entrance = json.loads((tmp_path / "b4.json").read_text())["results"][0]
    assert [reach["what"] for reach in entrance["reaches"]] == [
        "of the floor", "processor time of a request", "statements",
    ]  # fmt: skip
    assert "short of the reach" in told


class Counting(BaseHTTPRequestHandler):
    """Answers 201 and remembers the keys that came."""

    protocol_version = "HTTP/1.1"
    keys: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.keys.append(self.headers["Idempotency-Key"])
        self.send_response(201)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_args: Any) -> None:
        """Nothing."""


@pytest.mark.parametrize("seconds", [1.0, 0.2], ids=["wrk, where it is", "threads"])
def test_under_load_every_request_has_a_key_of_its_own(seconds: float) -> None:
    Counting.keys.clear()
    with ThreadingHTTPServer((HOST, 0), Counting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        load = Load(SimpleNamespace(port=server.server_port, pid=os.getpid()), [CREATE], status=201)
        rate = run(load, 2, seconds)
        server.shutdown()
    assert rate.requests > 0
    assert len(set(Counting.keys)) == len(Counting.keys) >= rate.requests


def test_the_servers_are_started_as_the_web_is_in_earnest() -> None:
    (web,) = serve._web(replace(env.read(), debug=False, streams_port=None))
    started = list(web.command)
    assert started[started.index("--workers") : -1] == list(WSGI_FLAGS)
    assert started[started.index("--interface") + 1] == "wsgi"


def test_a_person_is_the_same_whoever_asks() -> None:
    assert person(7, 1000) == person(7, 1000)
    emails = {one.email for one in spread(1000, 1000)}
    assert len(emails) == 1000
    assert [one.joined for one in spread(1000, 50)] == sorted(one.joined for one in spread(1000, 50))


def test_a_wrong_answer_is_not_timed() -> None:
    with pytest.raises(WrongAnswer, match="/v1/customers: 500"):
        ensure(False, Ask("/v1/customers"), Got(500, {}, b"{}", 0.1))


def test_a_figure_says_whether_it_reaches() -> None:
    assert str(Reach("of the floor", 0.31, 0.3, at_least=True)).endswith("reached")
    assert str(Reach("of the floor", 0.29, 0.3, at_least=True)).endswith("SHORT OF THE REACH")
    assert not Reach("processor time", None, 1.0).is_met


def test_a_database_that_is_not_meant_for_it_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@127.0.0.1/shop")
    with pytest.raises(BadSetting, match="bench"):
        prepare()

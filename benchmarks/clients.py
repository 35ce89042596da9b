"""One keep-alive connection that sends one request after the other, for checking answers and for measuring each."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

import orjson

from benchmarks.environment import HOST


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `{n}` in body and headers becomes a number that was not there before; an Ask with it has a body."""

    path: str
    method: str = "GET"
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Got:
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        return orjson.loads(self.body)


class Numbers:
    """Numbers that no other run, process or connection gives out."""

    def __init__(self) -> None:
        self._next = time.time_ns()

    def take(self) -> str:
        self._next += 1
        return str(self._next)


class Client:
    """A connection to one of the servers, with headers that every request bears."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._connection = HTTPConnection(HOST, port, timeout=60)
        self._headers = headers
        self._numbers = Numbers()

    def send(self, ask: Ask) -> Got:
        number = self._numbers.take()
        headers = {**self._headers, **{name: value.replace("{n}", number) for name, value in ask.headers.items()}}
        body = ask.body.replace("{n}", number) or None
        started = time.perf_counter()
        self._connection.request(ask.method, ask.path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - started
        return Got(answer.status, {name.lower(): value for name, value in answer.headers.items()}, content, seconds)

    def close(self) -> None:
        self._connection.close()

    def milliseconds(self, asks: Iterable[Ask], status: int = 200) -> list[float]:
        """How long each took. Raises WrongAnswer when one had another status."""
        return [self._timed(ask, status) for ask in asks]

    def _timed(self, ask: Ask, status: int) -> float:
        got = self.send(ask)
        if got.status != status:
            raise WrongAnswer(f"{ask.method} {ask.path}: {got.status} {got.body[:300]!r}")
        return got.seconds * 1000


class WrongAnswer(Exception):
    """An answer was not what it should be: what it took to make it is of no interest."""


def ensure(right: bool, ask: Ask, got: Got) -> None:
    """Raises WrongAnswer."""
    if not right:
        raise WrongAnswer(f"{ask.method} {ask.path}: {got.status} {got.body[:300]!r}")

"""A client of a stream, as an app has it: it listens in the background and keeps what it is told."""

import json
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

PATH = "/notification/api/in-apps/stream"


class Listener:
    """`events` are (id, name, data); `ended_after` is how many seconds the stream lasted, once it is over."""

    def __init__(self, base_url: str, token: str, last_id: str = "") -> None:
        self.events: list[tuple[str, str, Any]] = []
        self.comments = 0
        self.ended_after: float | None = None
        self._line = HTTPConnection(str(urlsplit(base_url).hostname), urlsplit(base_url).port, timeout=60)
        self._line.request(
            "GET", PATH, headers={"Authorization": f"Bearer {token}", **({"Last-Event-ID": last_id} if last_id else {})}
        )
        # Kept, since the answer takes it over where the server says that it is the last on this line.
        self._socket = self._line.sock
        self._answer = self._line.getresponse()
        self.status, self.headers = self._answer.status, self._answer.headers
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        began = time.monotonic()
        with suppress(OSError, HTTPException, ValueError):
            self._take(self._answer)
        self.ended_after = time.monotonic() - began

    def _take(self, lines: Iterable[bytes]) -> None:
        fields: dict[str, str] = {}
        for line in (raw.decode().rstrip("\n") for raw in lines):
            if line.startswith(":"):
                self.comments += 1
            elif line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                self.events.append((fields.get("id", ""), fields["event"], json.loads(fields["data"])))
                fields = {}

    @property
    def is_open(self) -> bool:
        return self.status == 200 and self.ended_after is None

    def named(self, name: str) -> list[Any]:
        return [data for _id, told, data in self.events if told == name]

    def waits_for(self, name: str, number: int, seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while len(self.named(name)) < number:
            assert time.monotonic() < deadline, f"{number} x {name} did not come within {seconds} s: {self.events}"
            time.sleep(0.05)

    def hang_up(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._answer.close()
        self._line.close()


class Listeners:
    """Calling it opens a stream; all of them are hung up in the end."""

    def __init__(self) -> None:
        self._opened: list[Listener] = []

    def __call__(self, base_url: str, token: str, last_id: str = "") -> Listener:
        self._opened.append(Listener(base_url, token, last_id))
        return self._opened[-1]

    def hang_up(self) -> None:
        for listener in self._opened:
            listener.hang_up()


@contextmanager
def listeners() -> Iterator[Listeners]:
    opened = Listeners()
    try:
        yield opened
    finally:
        opened.hang_up()

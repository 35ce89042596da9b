"""A mail server that holds the line while a mail is handed over, so that a sender can be killed there."""

import asyncio
import socket
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class HoldingServer:
    """Of two mails one is held before it is taken, the other after, when only the answer is missing."""

    port: int = 0
    holds: bool = True
    message_ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _received: Counter[str] = field(default_factory=Counter)
    _held: set[str] = field(default_factory=set)
    _turn: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def received(self, kind: str) -> Counter[str]:
        """How often each address of that kind got its mail."""
        with self._lock:
            return Counter({to: number for to, number in self._received.items() if to.startswith(kind)})

    def held(self) -> int:
        with self._lock:
            return len(self._held)

    def let_go(self) -> None:
        """The senders are dead; their lines are closed."""
        with self._lock:
            self._held.clear()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        to = envelope.rcpt_tos[0]
        takes_first = self._takes_first(to)
        if takes_first:
            self._take(to, envelope.content)
        if self.holds:
            with self._lock:
                self._held.add(to)
            await asyncio.sleep(3600)
        if not takes_first:
            self._take(to, envelope.content)
        return "250 accepted"

    def _takes_first(self, to: str) -> bool:
        kind = to.partition("@")[0].rstrip("0123456789")
        with self._lock:
            self._turn[kind] += 1
            return self._turn[kind] % 2 == 0

    def _take(self, to: str, content: bytes) -> None:
        with self._lock:
            self._received[to] += 1
            self.message_ids[to].add(str(message_from_bytes(content)["Message-ID"]))


@contextmanager
def holding_server() -> Iterator[HoldingServer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = HoldingServer(port=free.getsockname()[1])
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()

"""Between a view, which answers and is done, and the event loop, which keeps the answer open."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, TypeAlias

from crm.web.streams.events import HEARTBEAT
from crm.web.streams.stream import Stream

if TYPE_CHECKING:
    from crm.web.streams.hub import Hub

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

HEARTBEAT_SECONDS = 15.0
# Of a client that does not read: it comes back and is told what it has missed.
MOST_WAITING = 200
_KEY = "rapport.streams"


class Carrier:
    """One request's chance to become a stream. Lies in the ASGI scope, where the view finds it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._stream: Stream | None = None
        self._hub: Hub | None = None

    def into(self, scope: Message) -> Message:
        return {**scope, _KEY: self}

    def take_over(self, stream: Stream, hub: "Hub") -> None:
        """Called by the view, in its thread: from now on the answer is not over when the view is. Raises as `admit`."""
        stream.push = self._push
        hub.admit(stream)
        self._stream, self._hub = stream, hub

    @property
    def goes_on(self) -> bool:
        return self._stream is not None

    async def go_on(self, receive: Receive, send: Send) -> None:
        """Pass on what the hub tells, with a comment now and then so that both sides see a broken line, until the
        client goes or the hub ends it.
        """
        watcher = asyncio.create_task(self._watch(receive))
        try:
            while (chunk := await self._next()) is not None:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            watcher.cancel()

    def let_go(self) -> None:
        """The request is over, however it ended."""
        if self._stream is not None and self._hub is not None:
            self._hub.leave(self._stream)

    async def _next(self) -> bytes | None:
        if self._chunks.qsize() > MOST_WAITING:
            return None
        try:
            return await asyncio.wait_for(self._chunks.get(), HEARTBEAT_SECONDS)
        except TimeoutError:
            return HEARTBEAT

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._chunks.put_nowait(None)

    def _push(self, chunk: bytes | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._chunks.put_nowait, chunk)
        except RuntimeError:
            # The process is on its way out, and its loop is gone.
            return


def carrier_of(request: Any) -> Carrier | None:
    """The carrier of a request that came through `config.asgi`; None behind plain WSGI."""
    found: Carrier | None = request.META.get("asgi.scope", {}).get(_KEY)
    return found

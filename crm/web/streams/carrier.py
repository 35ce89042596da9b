"""Between a view, which answers and is done, and the event loop, which keeps the answer open."""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, TypeAlias

from crm.web.streams.events import HEARTBEAT
from crm.web.streams.stream import Stream

if TYPE_CHECKING:
    from crm.web.streams.hub import Hub

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

HEARTBEAT_SECONDS, LOOK_SECONDS = 15.0, 1.0
# Of a client that does not read: it comes back and is told what it has missed.
MOST_WAITING, READS_WITHIN = 200, 15.0
_KEY = "rapport.streams"


class Carrier:
    """One request's chance to become a stream. Lies in the ASGI scope, where the view finds it."""

    def __init__(self) -> None:
        # Whether the client has gone: whoever makes more of the answer may stop.
        self.is_gone = False
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

    async def go_on(self, send: Send) -> None:
        """Pass on what the hub tells, with a comment now and then so that both sides see a broken line, until the
        client goes, the hub ends it, or the hub itself hangs.
        """
        try:
            while (chunk := await self._next()) is not None and not self.is_gone:
                await asyncio.wait_for(_told(send, chunk), READS_WITHIN)
            await asyncio.wait_for(_told(send, b"", is_last=True), READS_WITHIN)
        except TimeoutError:
            # It is connected and does not read. What it is owed must not lie here for ever.
            return

    def hang_up(self) -> None:
        """The client has gone."""
        self.is_gone = True
        self._chunks.put_nowait(None)

    def let_go(self) -> None:
        """The request is over, however it ended."""
        if self._stream is not None and self._hub is not None:
            self._hub.leave(self._stream)

    async def _next(self) -> bytes | None:
        """The next to tell; None when there will be no more."""
        silent_since = time.monotonic()
        while time.monotonic() - silent_since < HEARTBEAT_SECONDS:
            if self._chunks.qsize() > MOST_WAITING or (self._hub is not None and self._hub.is_stuck):
                return None
            try:
                return await asyncio.wait_for(self._chunks.get(), LOOK_SECONDS)
            except TimeoutError:
                continue
        return HEARTBEAT

    def _push(self, chunk: bytes | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._chunks.put_nowait, chunk)
        except RuntimeError:
            # The process is on its way out, and its loop is gone.
            return


async def _told(send: Send, chunk: bytes, *, is_last: bool = False) -> None:
    await send({"type": "http.response.body", "body": chunk, "more_body": not is_last})


def carrier_of(request: Any) -> Carrier | None:
    """The carrier of a request that came through `config.asgi`; None behind plain WSGI."""
    return _carrier_in(request.META)


def stopping_when_gone(wsgi: Any) -> Any:
    """The same WSGI application; a download is not made to its end for a client who has gone."""

    def application(environ: Any, start_response: Any) -> Any:
        carrier, chunks = _carrier_in(environ), wsgi(environ, start_response)
        try:
            for chunk in chunks:
                if carrier is not None and carrier.is_gone:
                    return
                yield chunk
        finally:
            chunks.close()

    return application


def _carrier_in(environ: Any) -> Carrier | None:
    found: Carrier | None = environ.get("asgi.scope", {}).get(_KEY)
    return found

"""The whole product as an ASGI application: every request goes to Django's WSGI application in a thread, as it would
behind a WSGI server, and those that became streams are kept open by the loop.
"""

import asyncio
from typing import Any
from urllib.parse import quote_from_bytes

from a2wsgi import WSGIMiddleware

from crm.web.streams.carrier import Carrier, Message, Receive, Send, stopping_when_gone

THREADS = 4
Headers = list[tuple[bytes, bytes]]


class WithStreams:
    def __init__(self, wsgi: Any) -> None:
        self._web: Any = WSGIMiddleware(stopping_when_gone(wsgi), workers=THREADS)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._web(scope, receive, send)
            return
        carrier = Carrier()
        inlet, outlet = _Inlet(receive, carrier), _Outlet(send, carrier)
        listening = asyncio.create_task(inlet.listen())
        try:
            await self._web(carrier.into(_as_wsgi_has_it(scope)), inlet.read, outlet.send)
            if carrier.goes_on:
                await carrier.go_on(outlet.send_more)
        finally:
            listening.cancel()
            carrier.let_go()


class _Inlet:
    """What comes in: the parts of the body, one of them ahead, and after the last that the client has gone."""

    def __init__(self, receive: Receive, carrier: Carrier) -> None:
        self._receive, self._carrier = receive, carrier
        self._parts: asyncio.Queue[Message] = asyncio.Queue(maxsize=1)

    async def listen(self) -> None:
        while True:
            message = await self._receive()
            has_gone = message["type"] == "http.disconnect"
            if has_gone:
                self._carrier.hang_up()
            await self._parts.put(message)
            if has_gone:
                return

    async def read(self) -> Message:
        return await self._parts.get()


class _Outlet:
    """Where an answer goes out: its last part is not the last of a stream, and nobody hears one who has gone."""

    def __init__(self, send: Send, carrier: Carrier) -> None:
        self._send, self._carrier = send, carrier

    async def send(self, message: Message) -> None:
        if self._carrier.goes_on and message["type"] == "http.response.body":
            message = {**message, "more_body": True}
        await self.send_more(message)

    async def send_more(self, message: Message) -> None:
        """The thread that makes the answer must not wait for ever for a client who has gone."""
        if self._carrier.is_gone:
            return
        try:
            await self._send(message)
        except Exception:
            self._carrier.is_gone = True


def _as_wsgi_has_it(scope: Message) -> Message:
    """What a2wsgi would make otherwise of a request than a WSGI server does: raw bytes in a query, cookies in several
    headers. And no `X_Forwarded_For`, which would read as one that a proxy has set (docs/operations.md).
    """
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    headers: Headers = [
        (name, value)
        for name, value in scope["headers"]
        if name != b"cookie" and not (b"_" in name and name.replace(b"_", b"-").startswith(b"x-forwarded-"))
    ]
    query = quote_from_bytes(scope["query_string"], safe=_ASCII) if not scope["query_string"].isascii() else ""
    return {
        **scope,
        "headers": [*headers, *([(b"cookie", cookies)] if cookies else [])],
        "query_string": query.encode() or scope["query_string"],
    }


_ASCII = bytes(range(128))

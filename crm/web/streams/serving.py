"""The whole product as an ASGI application: every request goes to Django's WSGI application in a thread, as it would
behind a WSGI server, and those that became streams are kept open by the loop.
"""

from typing import Any

from a2wsgi import WSGIMiddleware

from crm.web.streams.carrier import Carrier, Message, Receive, Send

THREADS = 4


class WithStreams:
    def __init__(self, wsgi: Any) -> None:
        self._web: Any = WSGIMiddleware(wsgi, workers=THREADS)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._web(scope, receive, send)
            return
        carrier = Carrier()
        outlet = _Outlet(send, carrier)

        async def read() -> Message:
            # granian answers with a future, and a2wsgi waits for coroutines only.
            return await receive()

        try:
            await self._web(carrier.into(scope), read, outlet.send)
            if carrier.goes_on:
                await carrier.go_on(receive, outlet.send_more)
        finally:
            carrier.let_go()


class _Outlet:
    """Where an answer goes out: its last part is not the last of a stream, and nobody hears one who has gone."""

    def __init__(self, send: Send, carrier: Carrier) -> None:
        self._send, self._carrier = send, carrier
        self._is_gone = False

    async def send(self, message: Message) -> None:
        if self._carrier.goes_on and message["type"] == "http.response.body":
            message = {**message, "more_body": True}
        await self.send_more(message)

    async def send_more(self, message: Message) -> None:
        """The thread that makes the answer must not wait for ever for a client who has gone."""
        if self._is_gone:
            return
        try:
            await self._send(message)
        except Exception:
            self._is_gone = True

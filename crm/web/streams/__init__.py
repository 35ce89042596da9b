"""Answers that go on: server-sent events to members, until their session ends (semantics §3.19, reliability X7).

A view opens a stream and answers with what there is to tell at once. Behind `config.asgi` the answer then stays open,
and the hub of the process tells it more; behind plain WSGI it ends there, and the client, who comes back after five
seconds with the last id, misses nothing (docs/decisions/0018).
"""

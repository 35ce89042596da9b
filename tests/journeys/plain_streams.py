"""A WSGI application that is not the product's, served as the product is: it tells what it was asked, and never stops
answering at `/endless` unless it is told to.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Sets Django up.
from config.asgi import WithStreams

TOLD = ("QUERY_STRING", "HTTP_COOKIE", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_API_KEY")


class Endless:
    """Has a file say when it is closed."""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield b"x" * 65536

    def close(self) -> None:
        (Path(os.environ["DATA_DIR"]) / "closed").touch()


class Told(list[bytes]):
    def close(self) -> None:
        """Nothing is held open."""


def wsgi(environ: dict[str, Any], start_response: Any) -> Any:
    start_response("200 OK", [("Content-Type", "application/json")])
    if environ["PATH_INFO"] == "/endless":
        return Endless()
    return Told([json.dumps({name: environ.get(name) for name in TOLD}).encode()])


application = WithStreams(wsgi)

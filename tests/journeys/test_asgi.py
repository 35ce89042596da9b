"""What the ASGI server makes of a request is what a WSGI server makes of it, and who has gone is served no more."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cast import Cast
from tests.journeys.processes import a_web, wait_until
from tests.journeys.test_streams import a_port

pytestmark = pytest.mark.xdist_group("processes")


@pytest.fixture
def port(committed_cast: Cast, tmp_path: Path) -> Iterator[int]:
    port = a_port()
    with a_web(tmp_path, port, application="tests.journeys.plain_streams:application"):
        yield port


def told(port: int, target: bytes, *headers: bytes) -> dict[str, Any]:
    lines = [b"GET " + target + b" HTTP/1.1", b"Host: x", b"Connection: close", *headers, b"", b""]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(b"\r\n".join(lines))
        with line.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    found: dict[str, Any] = json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])
    return found


def test_raw_bytes_in_a_query_are_escaped(port: int) -> None:
    assert told(port, "/?x=é&y=%41 ".rstrip().encode())["QUERY_STRING"] == "x=%C3%A9&y=%41"
    assert told(port, b"/?x=1&y=a+b")["QUERY_STRING"] == "x=1&y=a+b"


def test_cookies_of_several_headers_are_all_there(port: int) -> None:
    assert told(port, b"/", b"Cookie: a=1", b"Cookie: b=2")["HTTP_COOKIE"] == "a=1; b=2"


def test_a_caller_cannot_pass_for_a_proxy_by_an_underscore(port: int) -> None:
    forged = [b"X_Forwarded_For: 6.6.6.6", b"X_Forwarded-Proto: https", b"api_key: pk"]
    seen = told(port, b"/", *forged, b"X-Forwarded-For: 9.9.9.9")
    assert (seen["HTTP_X_FORWARDED_FOR"], seen["HTTP_X_FORWARDED_PROTO"]) == ("9.9.9.9", None)
    assert seen["HTTP_API_KEY"] == "pk"


def test_a_download_ends_when_its_client_has_gone(port: int, tmp_path: Path) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        assert line.recv(65536)
    wait_until((tmp_path / "closed").exists, 10, "the end of the download")

"""Raw HTTP requests in a text file, as many as you like.

    # Comments before the first request say where it all comes from.

    ### A title
    POST /v1/customers
    Content-Type: application/json

    {"name":"John Doe"}

Each request begins with a line `### ` and its title; then the verb and the address, the headers, and, after a blank
line, the body, if there is one. Nothing is added or changed: keys and ids stand as their document prints them, only
the host is left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MARK = "### "


@dataclass(frozen=True)
class RawRequest:
    title: str
    verb: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""


def written(requests: Iterable[RawRequest], comment: str) -> str:
    """The text of a file."""
    blocks = ["".join(f"# {line}\n" for line in comment.splitlines())]
    for request in requests:
        lines = [f"{MARK}{request.title}", f"{request.verb} {request.path}"]
        lines += [f"{name}: {value}" for name, value in request.headers]
        blocks.append("\n".join(lines + (["", request.body] if request.body else [])) + "\n")
    return "\n".join(blocks)


def read(file: Path) -> list[RawRequest]:
    """The requests of a file, in order."""
    blocks = f"\n{file.read_text()}".split(f"\n{MARK}")[1:]
    return [_request(block.rstrip("\n")) for block in blocks]


def _request(block: str) -> RawRequest:
    head, _, body = block.partition("\n\n")
    title, first, *headers = head.split("\n")
    verb, path = first.split(" ", 1)
    pairs = [header.split(": ", 1) for header in headers]
    return RawRequest(title, verb, path, tuple((name, value) for name, value in pairs), body)

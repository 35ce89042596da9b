"""Messages of the file-system broker are there as a whole or not at all."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection
from kombu.transport import filesystem

from config.broker import transport_options
from config.celery import app
from config.file_broker import Transport


def channel_in(folder: Path, transport: Any = Transport) -> Any:
    options = transport_options("filesystem://", folder)
    return Connection(transport=transport, transport_options=options).channel()


def test_the_product_uses_it(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "filesystem://"
    assert Connection("filesystem://").transport.__class__ is Transport
    assert app.main == "rapport"


def test_messages_come_out_in_the_order_they_went_in(tmp_path: Path) -> None:
    channel = channel_in(tmp_path)
    for number in range(3):
        channel._put("work", {"body": number})
    channel._put("other", {"body": "else"})
    assert [channel._get("work")["body"] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Empty):
        channel._get("work")


class NotToBeWritten:
    """What no message can hold."""


@pytest.mark.parametrize(("transport", "left"), [(Transport, 0), (filesystem.Transport, 1)])
def test_what_was_not_written_is_no_message(tmp_path: Path, transport: Any, left: int) -> None:
    """The twin: kombu's own leaves an empty file, of which a worker dies."""
    channel = channel_in(tmp_path, transport)
    with pytest.raises(TypeError):
        channel._put("work", {"body": NotToBeWritten()})
    assert len(list((tmp_path / "messages").glob("*.msg"))) == left


def test_nothing_is_read_before_it_is_written(tmp_path: Path) -> None:
    number, long = 400, "x" * 50_000

    def write() -> None:
        channel = channel_in(tmp_path)
        for one in range(number):
            channel._put("work", {"body": one, "long": long})

    def read() -> list[int]:
        channel, found = channel_in(tmp_path), list[int]()
        while len(found) < number:
            try:
                found.append(channel._get("work")["body"])
            except Empty:
                continue
        return found

    with ThreadPoolExecutor(2) as pool:
        reading = pool.submit(read)
        pool.submit(write).result(timeout=60)
        assert sorted(reading.result(timeout=60)) == list(range(number))

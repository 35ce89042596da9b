"""What several tests of the kernel need."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.kernel import events
from crm.kernel.events import DomainEvent

React = Callable[..., None]


@pytest.fixture
def react(monkeypatch: pytest.MonkeyPatch) -> React:
    """`react("AFTERWARDS", ListingOpened, first, second)`: for one test, these are the event's reactions."""

    def register(when: str, kind: type[DomainEvent], *functions: Any) -> None:
        named = {f"tests.{function.__name__}": function for function in functions}
        monkeypatch.setitem(events._table(when), kind.name, named)

    return register

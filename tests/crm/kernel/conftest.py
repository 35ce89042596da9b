"""What several tests of the kernel need."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.kernel import events
from crm.kernel.due import State
from crm.kernel.events import DomainEvent
from crm.kernel.models import Event

React = Callable[..., None]


@pytest.fixture(autouse=True)
def _nothing_is_due(request: pytest.FixtureRequest) -> None:
    """What is due here is what the test itself made so: not that the cast came about."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db" if _is_transactional(request) else "db")
        Event.objects.update(state=State.DONE)


def _is_transactional(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return marker.kwargs.get("transaction", False) or "transactional_db" in request.fixturenames


@pytest.fixture
def react(monkeypatch: pytest.MonkeyPatch) -> React:
    """`react("AFTERWARDS", ListingOpened, first, second)`: for one test, these are the event's reactions."""

    def register(when: str, kind: type[DomainEvent], *functions: Any) -> None:
        named = {f"tests.{function.__name__}": function for function in functions}
        monkeypatch.setitem(events._table(when), kind.name, named)

    return register

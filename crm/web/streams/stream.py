"""One stream: whose it is, what it has told, and where it is told more."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from crm.kernel.tenancy import Tenant
from crm.web.streams.events import StreamEvent


@dataclass(frozen=True, slots=True)
class News:
    """What there is for one person: `events`, each with its number, and what holds now as `state`, which is told when
    it is another than what was told last.
    """

    events: Sequence[StreamEvent]
    state: StreamEvent


class Topic(Protocol):
    """What is streamed; declared by a surface, in its words. Asked inside the scope of the people it is asked about."""

    name: str

    def news(self, after: Mapping[UUID, int]) -> Mapping[UUID, News]:
        """By person, what has happened after the event of that number. A fixed number of statements."""


# Takes the bytes to tell next, or None for the end; from whatever thread.
Push = Callable[[bytes | None], None]


@dataclass(eq=False)
class Stream:
    """`position` is the number of the last event that was told. Once it is open only the hub's thread touches it."""

    topic: Topic
    tenant: Tenant
    subject_id: UUID
    session_id: UUID
    position: int
    push: Push = lambda _chunk: None
    opened_at: float = field(default_factory=time.monotonic)
    _state: Any = None

    def take(self, news: News) -> bytes:
        """What of `news` this stream has not told yet; nothing when there is none."""
        fresh = [event for event in news.events if (event.number or 0) > self.position]
        if fresh:
            self.position = fresh[-1].number or self.position
        told = [event.to_bytes() for event in fresh]
        if news.state.data != self._state:
            self._state = news.state.data
            # With an id, so that whoever comes back goes on from here, though nothing had arrived for them before.
            told.append(StreamEvent(news.state.name, news.state.data, self.position).to_bytes())
        return b"".join(told)

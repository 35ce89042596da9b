"""The hub: one thread of each process looks for all its streams together, once a second, over one connection.

So a thousand streams cost a handful of statements a second. Twice as often as the promise of five seconds demands, it
asks which of their sessions still stand. The thread lives as long as there are streams.
"""

import threading
import time
from collections import defaultdict
from typing import NamedTuple
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, connection

from crm.contacts.selectors import member_sessions_open
from crm.kernel.actors import job_actor
from crm.kernel.entrances import scope_for
from crm.kernel.errors import Throttled, Unavailable
from crm.kernel.locks import let_go, try_to_keep
from crm.kernel.tenancy import Tenant
from crm.web.streams.stream import Stream, Topic

log = structlog.get_logger(__name__)

POLL_SECONDS, SESSION_SECONDS, LIFE_SECONDS = 1.0, 2.0, 600.0
STREAMS_OF_ONE, COME_BACK_SECONDS = 3, 30
# A look that takes longer waits for a database that does not answer: its streams are not to be relied on any more.
STUCK_SECONDS = 4.0


class TooManyStreams(Throttled):
    code = "too_many_streams"


class Place(NamedTuple):
    """Where the streams of one person are counted: over all processes and machines that share the database."""

    topic: str
    tenant: Tenant
    subject_id: UUID

    def slot(self, number: int) -> str:
        return f"stream:{self.topic}:{self.tenant.organisation_id}:{self.tenant.mode}:{self.subject_id}:{number}"


class Arrival:
    """A stream that asks to be let in, and the answer."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.answered = threading.Event()
        # None where nobody could tell.
        self.is_in: bool | None = None


class Hub:
    """`admit` and `leave` are called by other threads; everything else happens in the hub's own."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._arrivals: list[Arrival] = []
        self._leavers: list[Stream] = []
        self._streams: dict[Stream, int] = {}
        self._thread: threading.Thread | None = None
        self._sessions_asked = 0.0
        self._began_to_look: float | None = None

    @property
    def is_stuck(self) -> bool:
        began = self._began_to_look
        return began is not None and time.monotonic() - began > STUCK_SECONDS

    def admit(self, stream: Stream) -> None:
        """Tell this stream from now on. Raises TooManyStreams when its person has three already, and Unavailable while
        there is no database.
        """
        if self.is_stuck:
            raise Unavailable
        arrival = Arrival(stream)
        with self._changed:
            self._arrivals.append(arrival)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="streams", daemon=True)
                self._thread.start()
            self._changed.notify()
        arrival.answered.wait(STUCK_SECONDS)
        if arrival.is_in is None:
            self.leave(stream)
            raise Unavailable
        if not arrival.is_in:
            raise TooManyStreams(retry_after=COME_BACK_SECONDS)

    def leave(self, stream: Stream) -> None:
        """Its client has gone."""
        with self._changed:
            self._leavers.append(stream)
            self._changed.notify()

    def _run(self) -> None:
        try:
            while self._has_work():
                self._began_to_look = time.monotonic()
                try:
                    self._look()
                except Exception:
                    # Whatever it is: nobody is kept waiting by a stream that is told nothing. They come back.
                    log.exception("streams_interrupted")
                    self._end(list(self._streams), "interrupted", is_lasting=False)
                    connection.close()
                finally:
                    self._began_to_look = None
        finally:
            with self._changed:
                if self._thread is threading.current_thread():
                    self._thread = None
            connection.close()

    def _has_work(self) -> bool:
        """Waits for the next look; False once nobody is left, and then the thread is no more the hub's."""
        with self._changed:
            self._changed.wait_for(lambda: self._arrivals or self._leavers, timeout=POLL_SECONDS)
            if not (self._streams or self._arrivals):
                self._leavers.clear()
                self._thread = None
                return False
            return True

    def _look(self) -> None:
        with self._changed:
            arrivals, self._arrivals = self._arrivals, []
            leavers, self._leavers = self._leavers, []
        try:
            for arrival in arrivals:
                self._let_in(arrival)
        finally:
            for arrival in arrivals:
                arrival.answered.set()
        self._end([stream for stream in leavers if stream in self._streams], "gone")
        old = time.monotonic() - LIFE_SECONDS
        self._end([stream for stream in self._streams if stream.opened_at < old], "old")
        self._end_signed_out()
        for (topic, tenant), streams in self._by_tenant().items():
            try:
                self._tell(topic, tenant, streams)
            except (DatabaseError, InterfaceError):
                raise
            except Exception:
                # The fault of one organisation, which may just have been suspended, is not that of all others.
                log.exception("streams_of_one_tenant_interrupted")
                self._end(streams, "interrupted")

    def _let_in(self, arrival: Arrival) -> None:
        slot = self._free_slot(arrival.stream)
        if slot is not None:
            self._streams[arrival.stream] = slot
        arrival.is_in = slot is not None
        arrival.answered.set()

    def _free_slot(self, stream: Stream) -> int | None:
        """One of three places, held by a lock of this connection: who is killed gives it back."""
        place = _place_of(stream)
        mine = {slot for other, slot in self._streams.items() if _place_of(other) == place}
        for slot in set(range(STREAMS_OF_ONE)) - mine:
            if try_to_keep(place.slot(slot)):
                return slot
        return None

    def _end(self, streams: list[Stream], because: str, *, is_lasting: bool = True) -> None:
        """`is_lasting`: the connection goes on, and would go on holding their places."""
        for stream in streams:
            slot = self._streams.pop(stream)
            stream.push(None)
            seconds = round(time.monotonic() - stream.opened_at, 1)
            log.info("stream_ended", topic=stream.topic.name, because=because, seconds=seconds)
            if is_lasting:
                let_go(_place_of(stream).slot(slot))

    def _end_signed_out(self) -> None:
        if time.monotonic() - self._sessions_asked < SESSION_SECONDS:
            return
        self._sessions_asked = time.monotonic()
        standing = member_sessions_open({stream.session_id for stream in self._streams})
        self._end([stream for stream in self._streams if stream.session_id not in standing], "signed out")

    def _by_tenant(self) -> dict[tuple[Topic, Tenant], list[Stream]]:
        grouped = defaultdict(list)
        for stream in self._streams:
            grouped[stream.topic, stream.tenant].append(stream)
        return grouped

    def _tell(self, topic: Topic, tenant: Tenant, streams: list[Stream]) -> None:
        after: dict[UUID, int] = {}
        for stream in streams:
            after[stream.subject_id] = min(stream.position, after.get(stream.subject_id, stream.position))
        with scope_for(tenant, job_actor("streams")):
            news = topic.news(after)
        for stream in streams:
            if chunk := stream.take(news[stream.subject_id]):
                stream.push(chunk)


def _place_of(stream: Stream) -> Place:
    return Place(stream.topic.name, stream.tenant, stream.subject_id)


hub = Hub()

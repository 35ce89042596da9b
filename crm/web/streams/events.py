"""What goes over the wire: the text/event-stream format of the HTML standard."""

from dataclasses import dataclass
from typing import Any

from crm.web.renderers import to_bytes

# A client whose stream has ended comes back after this time. Where streams never go on, that is all the time, and their
# requests are counted: three apps must not use up their member's hour.
RETRY, RETRY_WHERE_STREAMS_END = b"retry: 5000\n\n", b"retry: 60000\n\n"
HEARTBEAT = b":\n\n"


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """`number` is what the client will name as Last-Event-ID; None leaves the one before."""

    name: str
    data: Any
    number: int | None = None

    def to_bytes(self) -> bytes:
        # JSON has no line breaks of its own: the data is one line.
        number = b"" if self.number is None else b"id: %d\n" % self.number
        return b"%sevent: %s\ndata: %s\n\n" % (number, self.name.encode(), to_bytes(self.data))

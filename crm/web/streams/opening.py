"""How a view opens a stream: its first words, its headers, and the handing over to the hub."""

from collections.abc import Sequence

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from crm.kernel.errors import Invalid
from crm.organisations.selectors import Caller
from crm.web.streams.carrier import carrier_of
from crm.web.streams.events import RETRY, RETRY_WHERE_STREAMS_END, StreamEvent
from crm.web.streams.hub import hub
from crm.web.streams.stream import Stream, Topic

LAST_ID, MEDIA_TYPE = "Last-Event-ID", "text/event-stream"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_LARGEST = 2**63 - 1


def parameters_of_streams() -> tuple[OpenApiParameter, ...]:
    """For the documents: how a client says how far it has come."""
    text = "The id of the last event that the client has had."
    return (
        OpenApiParameter(LAST_ID, str, OpenApiParameter.HEADER, description=text),
        OpenApiParameter("lastEventId", str, description=f"{text} For clients that cannot send the header."),
    )


def last_event_id(request: Request) -> int | None:
    """The number the client has come to, by its header or else by `lastEventId`; None where it names none.

    Raises Invalid for what is no number of ours.
    """
    text = request.headers.get(LAST_ID) or request.query_params.get("lastEventId") or ""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= _LARGEST):
        raise Invalid("Must be an id that this stream has sent.", field="lastEventId")
    return int(text)


def open_stream(
    request: Request, caller: Caller, topic: Topic, *, position: int, before: Sequence[StreamEvent] = ()
) -> HttpResponseBase:
    """Tell the caller `before`, then what has happened on `topic` after `position`, and go on where the server can.

    Raises TooManyStreams, and Unavailable while there is no database.
    """
    assert caller.session_id is not None
    told = [event.number for event in before if event.number is not None]
    position = told[-1] if told else position
    stream = Stream(topic, caller.tenant, caller.id, caller.session_id, position)
    news = topic.news({stream.subject_id: position})[stream.subject_id]
    carrier = carrier_of(request)
    first = (
        (RETRY if carrier else RETRY_WHERE_STREAMS_END)
        + b"".join(event.to_bytes() for event in before)
        + stream.take(news)
    )
    # HEAD asks what the answer would be like, and not for it.
    if carrier and request.method == "GET":
        carrier.take_over(stream, hub)
    return StreamingHttpResponse([first], content_type=MEDIA_TYPE, headers=_HEADERS)

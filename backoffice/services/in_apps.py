"""S1 in-app notifications, as members have them (s1 §6): list, read, remove, and live."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django_filters.filters import ChoiceFilter
from rest_framework import serializers
from rest_framework.request import Request

from crm.kernel.tenancy import ScopedQuerySet
from crm.messaging.errors import CommunicationNotFound
from crm.messaging.selectors import inboxes, newest_notice, notices_among, notices_missed, notices_of
from crm.messaging.services import mark_all_notices_viewed, mark_notice, remove_notice
from crm.web.dialects import Page, Services
from crm.web.filters import FilterSet
from crm.web.grants import Audience, grant
from crm.web.presenters import presenter_for
from crm.web.serializers import Constant, FileOut, InputSerializer, Moment, OutputSerializer, TextOrNull
from crm.web.streams.events import StreamEvent
from crm.web.streams.opening import MEDIA_TYPE, last_event_id, open_stream, parameters_of_streams
from crm.web.streams.stream import News
from crm.web.viewset import DialectViewSet

# What nobody has said otherwise of is news (s1 §6); nothing else is sent yet.
NEWS = "news"
TYPES = ("promotion", "points", "tier", NEWS, "badge")
LOCALES = ("en", "th", "cn")
YES_NO = [("true", "true"), ("false", "false")]
READ, WRITE = grant("auth:me:read", Audience.MEMBER), grant("auth:me:write", Audience.MEMBER)


class InAppOut(OutputSerializer):
    id = serializers.UUIDField()
    title = serializers.CharField(source="subject")
    content = serializers.CharField(help_text="Plain text.")
    type = Constant(NEWS)
    subtype = Constant(None)
    metadata = Constant({})
    imageUrl = TextOrNull(source="image_url")
    actionUrl = TextOrNull(source="click_url")
    isRead = serializers.BooleanField(source="is_viewed")
    readAt = Moment(source="viewed_at", allow_null=True)
    createdAt = Moment(source="sent_at", help_text="When it arrived in the app.")


class UnreadOut(OutputSerializer):
    count = serializers.IntegerField()


class ReadIn(InputSerializer):
    isRead = serializers.BooleanField(default=True, help_text="false: it is to count as new again.")


class ReadOut(OutputSerializer):
    id = serializers.UUIDField()
    isRead = serializers.BooleanField()


class AllReadOut(OutputSerializer):
    updated = serializers.IntegerField(help_text="How many were new.")


class RemovedOut(OutputSerializer):
    id = serializers.UUIDField()
    deleted = serializers.BooleanField()


class InAppFilters(FilterSet):
    type = ChoiceFilter(method="of_type", choices=[(word, word) for word in TYPES])
    isRead = ChoiceFilter(method="being_read", choices=YES_NO, help_text="true or false.")
    locale = ChoiceFilter(
        method="in_its_language", choices=[(word, word) for word in LOCALES],
        help_text="Titles and texts are in the language they were sent in.",
    )  # fmt: skip

    def of_type(self, queryset: ScopedQuerySet[Any], _name: str, word: str) -> ScopedQuerySet[Any]:
        return queryset if word == NEWS else queryset.none()

    def being_read(self, queryset: ScopedQuerySet[Any], _name: str, answer: str) -> ScopedQuerySet[Any]:
        return queryset.filter(viewed_at__isnull=answer == "false")

    def in_its_language(self, queryset: ScopedQuerySet[Any], _name: str, _word: str) -> ScopedQuerySet[Any]:
        """A notification is sent in one language, the member's own."""
        return queryset


class InAppViewSet(DialectViewSet):
    dialect = Services()
    grants = {
        "list": READ, "unread": READ, "mark": WRITE, "mark_all": WRITE, "destroy": WRITE,
    }  # fmt: skip
    reads = {"mark": ReadIn}
    answers = {
        "list": InAppOut, "unread": UnreadOut, "mark": ReadOut, "mark_all": AllReadOut, "destroy": RemovedOut,
    }  # fmt: skip
    filters = InAppFilters
    sort_fields = {"createdAt": "notice_number"}
    default_sort = ("-notice_number",)

    def list(self, request: Request) -> Page:
        """What has arrived in one's app, the latest first."""
        return self.list_of(notices_of(self.caller.id))

    def unread(self, request: Request) -> dict[str, int]:
        """How many one has not read."""
        return {"count": inboxes({self.caller.id: 0})[self.caller.id].unread}

    def mark(self, request: Request, notification_id: str) -> dict[str, Any]:
        """Note that one has read a notification, or with `isRead` false that one has not."""
        notice, is_read = _id_in(notification_id), self.read()["isRead"]
        mark_notice(communication_id=notice, contact_id=self.caller.id, viewed=is_read)
        return {"id": notice, "isRead": is_read}

    def mark_all(self, request: Request) -> dict[str, int]:
        """Note that one has read all of them."""
        return {"updated": mark_all_notices_viewed(contact_id=self.caller.id)}

    def destroy(self, request: Request, notification_id: str) -> dict[str, Any]:
        """Remove a notification from one's app."""
        notice = _id_in(notification_id)
        remove_notice(communication_id=notice, contact_id=self.caller.id)
        return {"id": notice, "deleted": True}


class InAppTopic:
    """Members' notifications as they arrive, and how many of them are not read."""

    name = "in-apps"

    def news(self, after: Mapping[UUID, int]) -> dict[UUID, News]:
        """One statement, and another when anything has arrived. Source: s1 §6, `GET /in-apps/stream`."""
        found = inboxes(after)
        arrived = [notice for inbox in found.values() for notice in inbox.arrived]
        shown = {event.data["id"]: event for event in _events(arrived)} if arrived else {}
        return {
            person: News(
                [shown[notice] for notice in inbox.arrived if notice in shown],
                StreamEvent("unread-count", {"count": inbox.unread}),
            )
            for person, inbox in found.items()
        }


class StreamOut(FileOut):
    media_type = MEDIA_TYPE


class InAppStreamViewSet(DialectViewSet):
    dialect = Services()
    grants = {"stream": READ}
    answers = {"stream": StreamOut}
    extra_parameters = {"stream": parameters_of_streams()}
    topic = InAppTopic()

    def stream(self, request: Request) -> Any:
        """Notifications as they arrive (`notification`), and how many are not read (`unread-count`), as server-sent
        events. Who names the last id is told what came since, up to 500 of the last 24 hours; where that is not all,
        `resync` asks them to read the list anew. A stream ends with its session, and after ten minutes: come back.
        """
        person, last = self.caller.id, last_event_id(request)
        missed = None if last is None else notices_missed(person, after=last)
        if last is not None and missed is not None:
            return open_stream(request, self.caller, self.topic, position=last, before=_events(missed))
        before = [] if last is None else [StreamEvent("resync", {})]
        return open_stream(request, self.caller, self.topic, position=newest_notice(person), before=before)


def _events(notices: Sequence[UUID]) -> list[StreamEvent]:
    """Notifications by their ids, as a stream tells them, in the order in which they arrived."""
    presenter = presenter_for(InAppOut, InAppViewSet.dialect)
    rows = list(notices_among(notices).values_list(*presenter.columns, "notice_number"))
    return [
        StreamEvent("notification", shown, row[-1]) for shown, row in zip(presenter.presented(rows), rows, strict=True)
    ]


def _id_in(text: str) -> UUID:
    """Raises CommunicationNotFound when it has not the form of an id."""
    try:
        return UUID(text)
    except ValueError:
        raise CommunicationNotFound from None

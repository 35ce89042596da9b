"""S2 `/contacts/{id}/communications` and `/communications/{id}` (s2 §B4): the messages that one was sent."""

from typing import Any

from django.db.models import Q
from django_filters.filters import CharFilter, ChoiceFilter
from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.selectors import contact_by_id
from crm.kernel.tenancy import ScopedQuerySet
from crm.messaging.errors import CommunicationNotFound
from crm.messaging.selectors import communications_with, default_addresses
from crm.messaging.services import mark_communication
from crm.web.dialects import Page
from crm.web.filters import FilterSet
from crm.web.serializers import Constant, InputSerializer, Mapped, Moment, OutputSerializer
from crm.web.viewset import DialectViewSet
from selfservice.v1.own import READ, WRITE, OwnViewSet, id_in

CHANNELS = {"email": "EMAIL", "sms": "SMS", "inapp": "INAPP", "device": "DEVICE"}
# The document knows three words: whatever may still leave is pending, whatever will not was rejected.
STATES = {
    "queued": "PENDING", "sending": "PENDING", "unknown": "PENDING", "sent": "COMPLETED", "captured": "COMPLETED",
    "failed": "REJECTED", "skipped": "REJECTED",
}  # fmt: skip


class CommunicationOut(OutputSerializer):
    id = serializers.UUIDField()
    life_cycle_state = Mapped(STATES, source="state")
    contact_id = serializers.UUIDField()
    channel = Mapped(CHANNELS)
    viewed_on = Moment(source="viewed_at", allow_null=True)
    clicked_on = Constant(None)
    language = serializers.CharField(source="locale")
    recipient = serializers.CharField()
    subject = serializers.CharField()
    content = serializers.CharField(help_text="HTML for e-mail. Secrets in it read [secret] in live mode.")
    name = serializers.CharField(source="template.name")
    created_on = Moment(source="created_at")
    is_viewed = serializers.BooleanField()
    is_archived = serializers.BooleanField()
    # Filled in by _shown().
    sender = Constant("")


class OneCommunicationOut(CommunicationOut):
    contact = Constant(None)
    # Filled in by retrieve().
    title = Constant("")
    subtitle = serializers.CharField()
    in_app_image_url = serializers.CharField(source="image_url")
    in_app_click_link_url = serializers.CharField(source="click_url")


class ActionsIn(InputSerializer):
    viewed = serializers.BooleanField(required=False)
    archived = serializers.BooleanField(required=False)


class MarkedOut(OutputSerializer):
    id = serializers.UUIDField()


class CommunicationFilters(FilterSet):
    """`archived` and `viewed` keep only those when they are true, and all of them else (s2 §B4)."""

    channel = ChoiceFilter(method="by_channel", choices=[(name, name) for name in CHANNELS.values()])
    archived = CharFilter(method="only_archived", help_text="`true`: only those that were put away.")
    viewed = CharFilter(method="only_viewed", help_text="`true`: only those that were looked at.")

    def by_channel(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.filter(channel=value.lower())

    def only_archived(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.filter(archived_at__isnull=False) if _is_true(value) else queryset

    def only_viewed(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.filter(viewed_at__isnull=False) if _is_true(value) else queryset


class OwnCommunicationViewSet(OwnViewSet):
    grants = {"list": READ}
    answers = {"list": CommunicationOut}
    filters = CommunicationFilters
    sort_fields = {"CREATED_DATE": "created_at"}
    default_sort = ("-created_at", "-pk")

    def list(self, request: Request, contact_id: str) -> Page:
        """The messages that one was sent or is to be sent, the latest first."""
        page = self.list_of(communications_with(self.caller.id))
        senders = default_addresses()
        return Page([_shown(row, senders) for row in page.items], page.number, page.size, page.total)


class CommunicationViewSet(DialectViewSet):
    dialect = OwnViewSet.dialect
    grants = {"retrieve": READ, "mark": WRITE}
    reads = {"mark": ActionsIn}
    answers = {"retrieve": OneCommunicationOut, "mark": MarkedOut}

    def retrieve(self, request: Request, communication_id: str) -> Any:
        """One message, to oneself. Looking at it here is not viewing it: the app says when it was viewed."""
        row = self.present(self._wanted(communication_id))
        person = contact_by_id(self.caller.id)
        contact = {"id": str(person.pk), "name": str(person), "code": person.pk.hex[-8:].upper()}
        return _shown(row, default_addresses()) | {"contact": contact, "title": _title(row)}

    def mark(self, request: Request, communication_id: str) -> Any:
        """Note that one has viewed a message, or has put it away."""
        marked = mark_communication(
            communication_id=id_in(communication_id, CommunicationNotFound), contact_id=self.caller.id, **self.read()
        )
        return {"id": str(marked.pk)}

    def _wanted(self, communication_id: str) -> ScopedQuerySet[Any]:
        return communications_with(self.caller.id).filter(Q(pk=id_in(communication_id, CommunicationNotFound)))


def _shown(row: dict[str, Any], senders: dict[str, str]) -> dict[str, Any]:
    return row | {"sender": senders.get(row["channel"].lower(), "")}


def _title(row: dict[str, Any]) -> str:
    """In the app and on a device the subject is a title."""
    return str(row["subject"]) if row["channel"] in ("INAPP", "DEVICE") else ""


def _is_true(value: str) -> bool:
    return value.strip().lower() == "true"

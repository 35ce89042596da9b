"""S1 notifications: what was sent (contract.md, "Reading what was sent"), and the clock of test mode."""

from typing import Any

from django_filters.filters import ChoiceFilter, UUIDFilter
from rest_framework import serializers
from rest_framework.request import Request

from crm.kernel.clock import now
from crm.messaging.selectors import communications
from crm.organisations.selectors import ensure_test_mode
from crm.organisations.services import move_test_clock
from crm.web.dialects import Page, Services
from crm.web.filters import DateFrom, FilterSet
from crm.web.grants import Audience, grant
from crm.web.serializers import InputSerializer, Mapped, Moment, OutputSerializer, TextOrNull
from crm.web.viewset import DialectViewSet

CHANNELS = ("email", "sms", "inapp", "device")
STATES = {
    state: state.upper() for state in ("queued", "sending", "sent", "failed", "skipped", "unknown", "captured")
}  # fmt: skip


class CommunicationOut(OutputSerializer):
    id = serializers.UUIDField()
    channel = serializers.ChoiceField(CHANNELS)
    recipient = serializers.CharField()
    subject = TextOrNull()
    content = serializers.CharField(help_text="HTML for e-mail. In live mode secrets in it read [secret].")
    state = Mapped(STATES)
    created_at = Moment()
    contact_id = serializers.UUIDField(allow_null=True)
    template = serializers.CharField(source="template.key")


class CommunicationFilters(FilterSet):
    contact_id = UUIDFilter("contact_id", help_text="Messages to this person.")
    channel = ChoiceFilter(field_name="channel", choices=[(channel, channel) for channel in CHANNELS])
    since = DateFrom("created_at", help_text="Created at or after this moment, ISO 8601.")


class CommunicationViewSet(DialectViewSet):
    dialect = Services()
    grants = {"list": grant("notification:messages:read", Audience.KEY, Audience.STAFF)}
    answers = {"list": CommunicationOut}
    filters = CommunicationFilters
    default_sort = ("-created_at", "-id")

    def list(self, request: Request) -> Page:
        """What was sent or is to be, newest first."""
        return self.list_of(communications)


class ClockIn(InputSerializer):
    now = serializers.DateTimeField(allow_null=True, help_text="A later moment, or null for the real time.")


class ClockOut(OutputSerializer):
    now = Moment()


class ClockViewSet(DialectViewSet):
    dialect = Services()
    grants = {
        "clock": grant("notification:messages:read", Audience.KEY, Audience.STAFF),
        "move": grant("notification:messages:write", Audience.KEY),
    }
    reads = {"move": ClockIn}
    answers = {"clock": ClockOut, "move": ClockOut}

    def admit(self, *args: Any, **kwargs: Any) -> None:
        """Only test mode has a clock that can be moved."""
        if self.action == "move":
            ensure_test_mode()

    def clock(self, request: Request) -> dict[str, Any]:
        """What time it is in this mode."""
        return {"now": self.dialect.moment(now())}

    def move(self, request: Request) -> dict[str, Any]:
        """Move test mode's time forward, or with null back to the real time."""
        return {"now": self.dialect.moment(move_test_clock(to=self.read()["now"]))}

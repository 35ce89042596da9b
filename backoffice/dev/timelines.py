"""Ours: `/customers/{customerId}/timeline`, everything that is known to have happened with a customer."""

import re
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.customers import READ
from crm.contacts.selectors import customer_by_id
from crm.contacts.timeline import Entry, place_with, stretch_of, token_of
from crm.web.dialects import DevCrm, Stretch
from crm.web.pagination import size_of
from crm.web.serializers import Moment, OutputSerializer
from crm.web.viewset import DialectViewSet

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class PartyOut(OutputSerializer):
    type = serializers.CharField()
    id = serializers.CharField()


class TimelineEntryOut(OutputSerializer):
    id = serializers.CharField(help_text="The same as long as the entry is there.")
    type = serializers.CharField(help_text="event, interaction, message, lead, listing_entry and so on.")
    date = Moment()
    title = serializers.CharField(help_text="Of an event its name, such as contact.updated.")
    description = serializers.CharField(allow_null=True)
    record = PartyOut(allow_null=True, help_text="The record that it is about.")
    actor = PartyOut(allow_null=True, help_text="Who did or noted it.")


class PlaceOut(OutputSerializer):
    limit = serializers.IntegerField()
    before = serializers.CharField(allow_null=True, help_text="Send it as `before` for what came earlier.")


class TimelineOut(OutputSerializer):
    enveloped: ClassVar[bool] = False

    data = TimelineEntryOut(many=True)  # type: ignore[assignment]
    pagination = PlaceOut()


class TimelineViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {"timeline": READ}
    answers = {"timeline": TimelineOut}
    extra_parameters = {
        "timeline": (
            OpenApiParameter("before", str, description="Where an earlier answer ended: its `pagination.before`."),
            OpenApiParameter("limit", int, default=10, description="At most 100."),
        )
    }

    def timeline(self, request: Request, customer_id: UUID) -> Stretch:
        """What happened with a customer, latest first, as far as the caller may see it."""
        found = self.found(customer_by_id(customer_id))
        limit, token = size_of(request.query_params, self.dialect), request.query_params.get("before")
        entries, before = stretch_of(found, before=place_with(token) if token else None, limit=limit)
        return Stretch([self._shown(entry) for entry in entries], limit, token_of(before) if before else None)

    def _shown(self, entry: Entry) -> dict[str, Any]:
        return {
            "id": entry.key,
            "type": entry.source,
            "date": self.dialect.moment(entry.at),
            "title": str(entry.title),
            "description": entry.text or None,
            "record": _party(entry.record),
            "actor": _party(entry.actor),
        }


def _party(pair: tuple[str, str] | None) -> dict[str, str] | None:
    """Whoever or whatever it is: `leads.Lead` is a `lead`, `campaigns.ListingEntry` a `listing_entry`."""
    if pair is None:
        return None
    return {"type": _CAPITAL.sub("_", pair[0].rpartition(".")[2]).lower(), "id": pair[1]}

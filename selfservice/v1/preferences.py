"""S2 `/contacts/{id}/preferences`: where in the network one likes best to order or to be rewarded (s2 §B6)."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.errors import UnknownOrganisation
from crm.contacts.selectors import preferred_organisations
from crm.contacts.services import prefer_organisation
from crm.organisations.selectors import organisation_of_scope
from crm.web.serializers import InputSerializer, OutputSerializer
from selfservice.v1.own import READ, WRITE, OwnViewSet

TYPES = ("ORDERS", "REWARDS")


class PreferredOut(OutputSerializer):
    id = serializers.UUIDField()
    type = serializers.ChoiceField(TYPES)
    name = serializers.CharField()
    creatives = serializers.ListField(child=serializers.CharField())


class PreferencesOut(OutputSerializer):
    organisations = PreferredOut(many=True)


class PreferenceIn(InputSerializer):
    organisation_id = serializers.CharField(max_length=64)
    type = serializers.ChoiceField(TYPES, required=False)


class ChosenOut(OutputSerializer):
    id = serializers.UUIDField(help_text="Of the organisation.")


class PreferenceViewSet(OwnViewSet):
    grants = {"retrieve": READ, "prefer": WRITE, "prefer_second": WRITE}
    reads = {"prefer": PreferenceIn, "prefer_second": PreferenceIn}
    answers = {"retrieve": PreferencesOut, "prefer": ChosenOut, "prefer_second": ChosenOut}

    def retrieve(self, request: Request, contact_id: str) -> Any:
        """Where one likes best to go, for orders and for rewards."""
        own = organisation_of_scope()
        rows = preferred_organisations(self.caller.id)
        return {"organisations": [_told(row.type, row.merchant or own) for row in rows]}

    def prefer(self, request: Request, contact_id: str) -> Any:
        """Choose the organisation, or a merchant of its network, for orders, for rewards, or for both."""
        given = self.read()
        organisation_id = _id_in(given["organisation_id"])
        types = (given["type"],) if "type" in given else TYPES
        prefer_organisation(contact_id=self.caller.id, organisation_id=organisation_id, types=types)
        return {"id": str(organisation_id)}

    # The verb of the second version.
    prefer_second = prefer


def _told(type_: str, organisation: Any) -> dict[str, Any]:
    return {"id": str(organisation.pk), "type": type_, "name": organisation.name, "creatives": []}


def _id_in(text: str) -> UUID:
    """Raises UnknownOrganisation for what is no id at all, too."""
    try:
        return UUID(text)
    except ValueError:
        raise UnknownOrganisation from None

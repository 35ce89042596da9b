"""Letting a contact's device into a site's Wi-Fi, with an application's key (s2 §B3)."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.selectors import contact_by_id
from crm.contacts.services import authorise_wifi
from crm.kernel.errors import NotFound
from crm.web.dialects import SelfService
from crm.web.serializers import InputSerializer
from crm.web.viewset import DialectViewSet
from selfservice.v1.credentials import OtherName
from selfservice.v1.identities import required
from selfservice.v1.sign_in import OPEN


class WifiIn(InputSerializer):
    mac_address = serializers.CharField(max_length=17)
    estimation_id = serializers.CharField(max_length=64)
    site_id = serializers.CharField(max_length=64, required=False)
    integration_id = OtherName(max_length=64, required=False)


class WifiViewSet(DialectViewSet):
    dialect = SelfService()
    grants = {"authorise": OPEN, "authorise_second": OPEN}
    reads = {"authorise": WifiIn, "authorise_second": WifiIn}

    def authorise(self, request: Request, contact_id: str) -> Any:
        """Let the device in until its owner signs out, for a day at most. A second device of theirs is refused."""
        try:
            contact = contact_by_id(UUID(contact_id))
        except ValueError:
            raise NotFound from None
        given = self.read()
        site_id = given.get("site_id") or given.get("integration_id") or required(given, "site_id")
        authorise_wifi(
            contact_id=contact.pk, mac=given["mac_address"], estimation_id=given["estimation_id"], site_id=site_id
        )

    # The address of the second version.
    authorise_second = authorise

"""S2 `/contacts/{id}/data_exports` and `/contacts/{id}/erase`: one's own data, to be had and to be forgotten. The
document has no such routes; what they do is decided in docs/apis/self-service.md.
"""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.selectors import data_exports_of
from crm.contacts.services import ask_for_export, erase_contact
from crm.web.dialects import Page
from crm.web.serializers import InputSerializer, Mapped, Moment, OutputSerializer
from selfservice.v1.own import READ, WRITE, OwnViewSet

STATES = {"asked": "PENDING", "ready": "READY", "fetched": "FETCHED", "expired": "EXPIRED"}
CONFIRMED = "ERASE"


class ErasureIn(InputSerializer):
    confirm = serializers.ChoiceField((CONFIRMED,), help_text="This very word: what is erased cannot be brought back.")


class DataExportOut(OutputSerializer):
    id = serializers.UUIDField()
    state = Mapped(STATES, source="standing")
    created_on = Moment(source="created_at")
    expires_on = Moment(source="expires_at", allow_null=True, help_text="From then on the link is dead.")


class AskedOut(OutputSerializer):
    id = serializers.UUIDField()


class PrivacyViewSet(OwnViewSet):
    grants = {"list": READ, "ask": WRITE, "erase": WRITE}
    reads = {"erase": ErasureIn}
    answers = {"list": DataExportOut, "ask": AskedOut}
    default_sort = ("-created_at", "-pk")

    def list(self, request: Request, contact_id: str) -> Page:
        """The exports of one's data that one asked for, the latest first."""
        return self.list_of(data_exports_of(self.caller.id))

    def ask(self, request: Request, contact_id: str) -> Any:
        """Have one's data put together; a link to it is mailed, works once, and for a day."""
        return {"id": str(ask_for_export(contact_id=self.caller.id).pk)}

    def erase(self, request: Request, contact_id: str) -> None:
        """Be forgotten: everything that says who one is goes, and every session ends before the answer arrives."""
        self.read()
        erase_contact(contact_id=self.caller.id)

"""S2 `/printout` (s2 §B5): an order or an invoice as a PDF, to be fetched or sent by e-mail."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from crm.files.errors import NothingToPrint
from crm.files.services import print_paper
from crm.orders.services import mail_paper
from crm.web.dialects import SelfService
from crm.web.grants import Audience, grant
from crm.web.serializers import InputSerializer, OutputSerializer
from crm.web.viewset import Answer, DialectViewSet

# The document writes both words for orders.
KINDS = {"INVOICE": "invoice", "ORDER": "order", "ORDERS": "order"}
PDF, EMAIL = "PDF", "EMAIL"


class PrintedEntityIn(InputSerializer):
    type = serializers.ChoiceField(tuple(KINDS))
    id = serializers.CharField(max_length=64)


class PrintoutIn(InputSerializer):
    format = serializers.ChoiceField((PDF, EMAIL))
    entity = PrintedEntityIn()


class PrintoutOut(OutputSerializer):
    id = serializers.UUIDField(help_text="Of the file: `GET /files/{id}`.")


class PrintoutViewSet(DialectViewSet):
    dialect = SelfService()
    grants = {"create": grant("auth:me:write", Audience.MEMBER)}
    reads = {"create": PrintoutIn}
    answers = {"create": PrintoutOut}
    more_statuses = {"create": (204,)}

    def create(self, request: Request) -> Answer:
        """A PDF of one's own order or invoice: the id of a file (201), kept for a day; or by e-mail as a link (204)."""
        values = self.read()
        kind, record_id = KINDS[values["entity"]["type"]], _id_in(values["entity"]["id"])
        if values["format"] == EMAIL:
            mail_paper(kind=kind, record_id=record_id, contact_id=self.caller.id)
            return Answer(None, 204)
        return Answer({"id": str(print_paper(kind=kind, record_id=record_id, contact_id=self.caller.id).pk)}, 201)


def _id_in(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NothingToPrint from None

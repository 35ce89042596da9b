"""S2 `/contacts/{id}/emails`: e-mail addresses beside the one by which one is written to (s2 §B6)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.errors import OwnEmailNotFound
from crm.contacts.services import add_own_email, change_own_email, count_mail
from crm.web.device import device_of
from crm.web.serializers import InputSerializer, OutputSerializer
from selfservice.v1.fields import Upper
from selfservice.v1.own import WRITE, OwnViewSet, id_in

KINDS = ("PERSONAL", "WORK", "OTHER")


class EmailIn(InputSerializer):
    email_type = Upper(KINDS, source="kind", required=False)
    email_address = serializers.CharField(source="email", max_length=254)
    is_primary = serializers.BooleanField(required=False)
    email_verification = serializers.BooleanField(source="to_be_verified", required=False)


class EmailChangeIn(EmailIn):
    email_address = serializers.CharField(source="email", max_length=254, required=False)


class EmailIdOut(OutputSerializer):
    id = serializers.UUIDField()


class EmailViewSet(OwnViewSet):
    grants = {"add": WRITE, "update": WRITE}
    reads = {"add": EmailIn, "update": EmailChangeIn}
    answers = {"add": EmailIdOut, "update": EmailIdOut}
    field_names = {"email": "email_address", "kind": "email_type"}

    def prepare(self) -> None:
        """A mail that somebody asks for is counted, whatever comes of the rest."""
        if self.read().get("to_be_verified"):
            count_mail(device=device_of(self.request))

    def add(self, request: Request, contact_id: str) -> Any:
        """An address that one says is one's own. `is_primary` makes it the one by which one is written to,
        `email_verification` mails the link by which one shows that it is one's own.
        """
        return {"id": str(add_own_email(contact_id=self.caller.id, **self.read()).pk)}

    def update(self, request: Request, contact_id: str, email_id: str) -> Any:
        """Change what is sent and leave the rest."""
        wanted = id_in(email_id, OwnEmailNotFound)
        return {"id": str(change_own_email(contact_id=self.caller.id, own_email_id=wanted, **self.read()).pk)}

"""S2 `/contacts/{id}/consents`: what one says about being sent marketing (s2 §B6)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.services import decide_consent
from crm.web.serializers import InputSerializer
from selfservice.v1.contacts import Changed
from selfservice.v1.fields import CONSENT_STATES, Upper
from selfservice.v1.own import WRITE, OwnViewSet


class ConsentIn(InputSerializer):
    consent_state = Upper(CONSENT_STATES)
    wording = serializers.CharField(
        max_length=200, required=False, allow_blank=True,
        help_text="Which text, or which version of it, was shown; kept with the decision.",
    )  # fmt: skip


class ConsentViewSet(OwnViewSet):
    grants = {"decide": WRITE}
    reads = {"decide": ConsentIn}
    answers = {"decide": Changed}

    def decide(self, request: Request, contact_id: str) -> Any:
        """Accept marketing, reject it, or withdraw what was accepted. What is said again is written down once."""
        return {"id": str(decide_consent(contact_id=self.caller.id, **self.read()).pk)}

"""S2 `GET /contacts`: whether somebody is known by an address or a phone, as the second version asks it (s2 §B3)."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.services import Credential, count_look_up, is_anybody
from crm.web.device import device_of
from crm.web.dialects import SelfService
from crm.web.grants import Audience, grant
from crm.web.serializers import InputSerializer, OutputSerializer
from crm.web.viewset import DialectViewSet
from selfservice.v1.credentials import read_phone
from selfservice.v1.identities import email_of, required


class KnownIn(InputSerializer):
    email_address = serializers.CharField(max_length=254, required=False)
    phone = serializers.CharField(max_length=40, required=False)
    country_code = serializers.CharField(max_length=5, required=False, allow_blank=True)


class KnownOut(OutputSerializer):
    contact_exists = serializers.BooleanField()


class KnownViewSet(DialectViewSet):
    dialect = SelfService()
    grants = {"exists": grant("auth:app:read", Audience.PUBLISHABLE_KEY)}
    answers = {"exists": KnownOut}
    extra_parameters = {
        "exists": (
            OpenApiParameter("email_address", str),
            OpenApiParameter("phone", str),
            OpenApiParameter("country_code", str, description="Of the phone: three letters, two, or a calling code."),
        )
    }

    def exists(self, request: Request) -> dict[str, bool]:
        """Whether an address, a phone, or both, mean exactly one person here. Each question is counted."""
        credentials = self._meant(request)
        count_look_up(device=device_of(request))
        return {"contact_exists": is_anybody(credentials)}

    def _meant(self, request: Request) -> list[Credential]:
        serializer = KnownIn(data=request.query_params.dict())
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        credentials = []
        if "email_address" in given:
            credentials.append(Credential("EMAIL", email_of(given["email_address"], "email_address")[1]))
        if "phone" in given:
            phone = read_phone(given["phone"], given.get("country_code", ""), field="phone")
            credentials.append(Credential("PHONE", phone.key))
        if not credentials:
            required(given, "email_address")
        return credentials

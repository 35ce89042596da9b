"""S2 `/contacts/{id}/devices`: on which phones and tablets one has the app, so that messages can be pushed to them."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.selectors import push_devices_of
from crm.contacts.services import register_device, remove_device
from crm.web.dialects import Page
from crm.web.serializers import InputSerializer, Moment, OutputSerializer
from selfservice.v1.own import READ, WRITE, OwnViewSet


class DeviceOut(OutputSerializer):
    """Without the token, which is never told back."""

    id = serializers.UUIDField()
    serial_number = serializers.CharField()
    registration_type = serializers.CharField()
    created_on = Moment(source="created_at")
    registered_on = Moment(source="registered_at")


class DeviceIn(InputSerializer):
    serial_number = serializers.CharField(max_length=100)
    registration_type = serializers.CharField(max_length=20)
    registration_token = serializers.CharField(max_length=4096, trim_whitespace=False)


class RegisteredOut(OutputSerializer):
    id = serializers.UUIDField()


class DeviceViewSet(OwnViewSet):
    grants = {"list": READ, "register": WRITE, "remove": WRITE}
    reads = {"register": DeviceIn}
    answers = {"list": DeviceOut, "register": RegisteredOut}
    sort_fields = {"CREATED_DATE": "created_at"}
    default_sort = ("-registered_at", "-pk")

    def list(self, request: Request, contact_id: str) -> Page:
        """One's own devices, the one that was registered last first."""
        return self.list_of(push_devices_of(self.caller.id))

    def register(self, request: Request, contact_id: str) -> Any:
        """Register a device, or another token of it. One that somebody else had is one's own from then on."""
        return {"id": str(register_device(contact_id=self.caller.id, **self.read()).pk)}

    def remove(self, request: Request, contact_id: str, serial_number: str) -> None:
        """Nothing is pushed to it any more; the answer is empty."""
        remove_device(contact_id=self.caller.id, serial_number=serial_number)

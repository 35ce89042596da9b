from rest_framework.request import Request

from crm.organisations.services import Device


def device_of(request: Request) -> Device:
    """What a request is sent with and from where, as far as it says so."""
    agent = "".join(filter(str.isprintable, request.headers.get("User-Agent", "")))
    return Device(name=agent[:200], address=request.META.get("REMOTE_ADDR") or None)

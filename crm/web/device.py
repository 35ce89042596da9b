from django.http import HttpRequest
from rest_framework.request import Request

from crm.kernel.tenancy import Via
from crm.organisations.services import Device


def device_of(request: Request) -> Device:
    """What a request is sent with and from where, as far as it says so."""
    return Device(name=_agent(request), address=request.META.get("REMOTE_ADDR") or None)


def via_of(request: Request | HttpRequest, surface: str) -> Via:
    """The same for whatever the request does: part of the proof of a consent."""
    return Via(surface, str(request.META.get("REMOTE_ADDR") or "")[:45], _agent(request))


def _agent(request: Request | HttpRequest) -> str:
    return "".join(filter(str.isprintable, request.headers.get("User-Agent", "")))[:200]

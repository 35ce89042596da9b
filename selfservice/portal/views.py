"""What a link in a message leads to. Looking changes nothing: scanners open every link of a mail (RFC 8058 §3.2)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.messaging.selectors import communication_with
from crm.messaging.services import choose_channels, preferences_of
from crm.messaging.services import unsubscribe as unsubscribe_from
from crm.organisations.selectors import organisation_of_scope
from selfservice.portal.links import by_link

CHANNELS = "channel"


@by_link
def unsubscribe(request: HttpRequest, token: str, communication_id: UUID) -> HttpResponse:
    """GET asks; POST, by the page's button or by the mail provider's, does it at once."""
    message = communication_with(communication_id)
    done = request.method == "POST"
    if done:
        unsubscribe_from(communication_id=communication_id)
    context = {"message": message, "token": token, "done": done, "organisation": organisation_of_scope()}
    return render(request, "portal/unsubscribe.html", context)


@by_link
def preferences(request: HttpRequest, token: str, communication_id: UUID) -> HttpResponse:
    """By which channels marketing may come."""
    message = communication_with(communication_id)
    saved = request.method == "POST"
    if saved:
        choose_channels(communication_id=communication_id, allowed=request.POST.getlist(CHANNELS))
    context = {
        "preferences": preferences_of(message), "token": token, "saved": saved, "organisation": organisation_of_scope(),
    }  # fmt: skip
    return render(request, "portal/preferences.html", context)

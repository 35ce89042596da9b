"""The page that a link to another password leads to."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.contacts.errors import LinkSpent
from crm.contacts.links import read_link_token
from crm.contacts.services import change_password_by_link, ensure_link_is_good
from crm.kernel.passwords import WeakPassword
from crm.organisations.selectors import organisation_of_scope
from selfservice.portal.links import by_sign_in_link


@by_sign_in_link
def password(request: HttpRequest, token: str, link_id: UUID) -> HttpResponse:
    """GET asks for the password; POST sets it, once, and every session ends."""
    digest, complaint, done = read_link_token(token).digest, "", False
    try:
        if request.method == "POST":
            change_password_by_link(link_id=link_id, digest=digest, password=request.POST.get("password", ""))
            done = True
        else:
            ensure_link_is_good(link_id=link_id, digest=digest)
    except LinkSpent as error:
        return render(request, "portal/problem.html", {"text": error.message}, status=400)
    except WeakPassword as error:
        complaint = str(error.message)
    context = {"done": done, "complaint": complaint, "organisation": organisation_of_scope()}
    return render(request, "portal/password.html", context, status=400 if complaint else 200)

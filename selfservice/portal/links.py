"""The ways in by a link in a message: it names the tenant and one record, and opens the scope of that tenant."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm.contacts.errors import LinkSpent
from crm.contacts.links import read_link_token
from crm.feedback.selectors import THROUGH_LINK, request_behind
from crm.files.errors import FileLinkExpired
from crm.files.links import THROUGH_LINK as THROUGH_LINK_TO_FILE
from crm.files.links import file_behind
from crm.kernel.actors import Actor, ActorKind
from crm.kernel.entrances import scope_for
from crm.kernel.errors import DomainError, NotFound, Throttled
from crm.kernel.guesses import GuessLimit
from crm.kernel.secret_links import SecretLink
from crm.kernel.tenancy import Tenant
from crm.leads.links import THROUGH_FORM, entry_with_token, form_with_key
from crm.messaging.errors import BadLink
from crm.messaging.links import message_of
from crm.web.device import via_of

JSON = "application/json"
# Mail providers press the button for many people from few addresses: a good link is counted by itself, a bad one by
# whoever tries it.
PER_LINK = GuessLimit("portal-link", 60, timedelta(hours=1))
BAD_LINKS = GuessLimit("portal-bad-link", 30, timedelta(hours=1))

Page = Callable[[HttpRequest, str, UUID], HttpResponse]
View = Callable[[HttpRequest, str], HttpResponse]


class Named(NamedTuple):
    """What a link names, and what the audit trail calls whoever holds it."""

    tenant: Tenant
    record_id: UUID
    holder: str


def by_link(page: Page) -> View:
    """Run `page` for the message that the token names."""
    return _way_in(page, _message, limit=PER_LINK)


def by_form(page: Page) -> View:
    """Run `page` for the web form that the key names; everybody may know the key, and the page counts by itself."""
    return _way_in(page, _form, verbs=("GET", "HEAD", "POST", "OPTIONS"))


def by_entry(page: Page) -> View:
    """Run `page` for what was sent through a web form and waits for confirmation."""
    return _way_in(page, _entry, limit=PER_LINK)


def by_feedback(page: Page) -> View:
    """Run `page` for the request for feedback that the token opens."""
    return _way_in(page, _feedback, limit=PER_LINK)


def by_sign_in_link(page: Page) -> View:
    """Run `page` for a link that was mailed to whoever signs in."""
    return _way_in(page, _sign_in_link, limit=PER_LINK)


@contextmanager
def link_opened(
    request: HttpRequest, token: str, read: Callable[[str], SecretLink] = read_link_token
) -> Iterator[SecretLink]:
    """The scope that the token of a mailed link names, for an API to which it is the only credential.

    Raises what `read` does for a token that is none, and TooManyGuesses.
    """
    try:
        link = read(token)
    except DomainError:
        BAD_LINKS.count(request.META.get("REMOTE_ADDR", ""))
        raise
    PER_LINK.count(link.link_id.hex)
    holder = Actor(ActorKind.MEMBER, f"link:{link.link_id}")
    with scope_for(link.tenant, holder, getattr(request, "request_id", ""), via_of(request, "portal")):
        yield link


def by_file(page: Page) -> View:
    """Run `page` for the file that the token names; a picture is looked at by many, so good links are not counted."""
    return _way_in(page, _file, verbs=("GET", "HEAD"))


def problem(request: HttpRequest, text: object, status: int, *, hint: str = "") -> HttpResponse:
    """A page, or JSON for a script, that says what is wrong."""
    if wants_json(request):
        return JsonResponse({"ok": False, "message": str(text)}, status=status)
    return render(request, "portal/problem.html", {"text": text, "hint": hint}, status=status)


def too_often(request: HttpRequest, error: Throttled) -> HttpResponse:
    response = problem(request, error.message, 429, hint=_("Nothing is lost: try again in a while."))
    response["Retry-After"] = str(error.data["retry_after"])
    return response


def wants_json(request: HttpRequest) -> bool:
    return request.content_type == JSON or request.get_preferred_type(["text/html", JSON]) == JSON


def _message(token: str) -> Named:
    tenant, communication_id = message_of(token)
    return Named(tenant, communication_id, f"link:{communication_id}")


def _sign_in_link(token: str) -> Named:
    try:
        link = read_link_token(token)
    except LinkSpent:
        raise BadLink from None
    return Named(link.tenant, link.link_id, f"link:{link.link_id}")


def _form(key: str) -> Named:
    tenant, form_id = form_with_key(key)
    return Named(tenant, form_id, f"{THROUGH_FORM}{form_id}")


def _entry(token: str) -> Named:
    tenant, form_id, entry_id = entry_with_token(token)
    return Named(tenant, entry_id, f"{THROUGH_FORM}{form_id}")


def _feedback(token: str) -> Named:
    tenant, feedback_id = request_behind(token)
    return Named(tenant, feedback_id, f"{THROUGH_LINK}{feedback_id}")


def _file(token: str) -> Named:
    linked = file_behind(token)
    return Named(linked.tenant, linked.file_id, f"{THROUGH_LINK_TO_FILE}{linked.file_id}")


def _way_in(
    page: Page,
    read: Callable[[str], Named],
    *,
    limit: GuessLimit | None = None,
    verbs: Sequence[str] = ("GET", "HEAD", "POST"),
) -> View:
    """`page` in the scope of what `read` finds in the token; what is no link of ours is refused.

    There is no cookie that a foreign page could ride on, so there is nothing for CSRF to guard.
    """

    @csrf_exempt
    @require_http_methods(verbs)
    @wraps(page)
    def view(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = _opened(request, token, page, read, limit)
        except FileLinkExpired as error:
            response = problem(request, error.message, 410, hint=_("Ask whoever gave it to you for a new one."))
        except NotFound:
            hint = _("Use the link as it stands in the message, or write to whoever sent it.")
            response = problem(request, _("This link is not valid."), 404, hint=hint)
        except Throttled as error:
            response = too_often(request, error)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response["X-Robots-Tag"] = "noindex"
        return response

    return view


def _opened(
    request: HttpRequest, token: str, page: Page, read: Callable[[str], Named], limit: GuessLimit | None
) -> HttpResponse:
    if settings.HTTPS_ONLY and not request.is_secure():
        return problem(request, _("Use HTTPS."), 403)
    named = _read(request, token, read)
    if limit is not None:
        limit.count(named.record_id.hex)
    # Nobody has signed in: the link stands for whoever holds it, and may do what its page does, no more.
    holder = Actor(ActorKind.MEMBER, named.holder)
    with scope_for(named.tenant, holder, getattr(request, "request_id", ""), via_of(request, "portal")):
        return page(request, token, named.record_id)


def _read(request: HttpRequest, token: str, read: Callable[[str], Named]) -> Named:
    try:
        return read(token)
    except FileLinkExpired:
        raise
    except NotFound:
        BAD_LINKS.count(request.META.get("REMOTE_ADDR", ""))
        raise

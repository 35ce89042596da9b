"""Web forms: the page that a visitor fills in, what a business's own page sends, and the confirmation of either."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.kernel.errors import Invalid, Throttled
from crm.kernel.guesses import GuessLimit
from crm.kernel.retries import in_transaction
from crm.leads.errors import WebFormEntryExpired
from crm.leads.links import stamp_of
from crm.leads.selectors import open_web_form, web_form_entry
from crm.leads.services import confirm_entry, send_web_form
from selfservice.portal.embedding import for_its_pages, may_send
from selfservice.portal.links import JSON, by_entry, by_form, problem, too_often, wants_json

# Of one form: how often one address sends it, and how often all of them together do.
PER_ADDRESS = GuessLimit("web-form-address", 10, timedelta(minutes=10))
PER_FORM = GuessLimit("web-form", 600, timedelta(hours=1))
# What only programs fill in, for no eye sees it; and when the page was shown.
TRAP, STAMP = "homepage", "shown"

# By question: label, kind of input, what a browser may fill in, and the longest text.
_INPUTS = {
    "name": (gettext_lazy("Your name"), "text", "name", 201),
    "email": (gettext_lazy("Your e-mail address"), "email", "email", 254),
    "phone": (gettext_lazy("Your phone number"), "tel", "tel", 40),
    "company": (gettext_lazy("Your company"), "text", "organization", 200),
    "message": (gettext_lazy("Your message"), "textarea", "off", 5_000),
}


@dataclass(frozen=True, slots=True)
class Input:
    name: str
    label: object
    kind: str
    autocomplete: str
    longest: int
    is_required: bool
    value: str
    complaints: list[str]


@by_form
def web_form(request: HttpRequest, token: str, form_id: UUID) -> HttpResponse:
    """GET shows the form; POST takes a form or JSON, and answers with a page or, where asked for, JSON."""
    form = open_web_form(form_id)
    return for_its_pages(request, _answer(request, form), form.origins)


@by_entry
def confirm(request: HttpRequest, token: str, entry_id: UUID) -> HttpResponse:
    """GET asks, since scanners open every link of a mail; POST makes the visitor a lead."""
    entry = web_form_entry(entry_id)
    confirmed = False
    try:
        entry.ensure_in_time()
        if request.method == "POST":
            confirmed = in_transaction(lambda: confirm_entry(entry_id=entry_id))
    except WebFormEntryExpired as error:
        return problem(request, error.message, 400)
    if confirmed and entry.form.redirect_url:
        return HttpResponseRedirect(entry.form.redirect_url)
    is_second = entry.confirmed_at is not None or (request.method == "POST" and not confirmed)
    context = {"form": entry.form, "organisation": entry.organisation, "confirmed": confirmed, "is_second": is_second}
    return render(request, "portal/web_form_confirm.html", context)


def _answer(request: HttpRequest, form: Any) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204)
    if request.method != "POST":
        return _page(request, form, {}, {})
    if not may_send(request, form.origins):
        return problem(request, _("This form may not be sent from there."), 403)
    given: Mapping[str, Any] = {}
    try:
        PER_ADDRESS.count(f"{form.pk.hex}:{request.META.get('REMOTE_ADDR', '')}")
        given = _given(request)
        _send(form.pk, given)
    except Throttled as error:
        return too_often(request, error)
    except Invalid as error:
        return _again(request, form, given, error)
    return _thanks(request, form)


def _given(request: HttpRequest) -> Mapping[str, Any]:
    """What was sent, as JSON or as a form. Raises Invalid."""
    try:
        given = json.loads(request.body) if request.content_type == JSON else request.POST.dict()
    except RequestDataTooBig:
        raise Invalid(_("That is too much.")) from None
    except (ValueError, RecursionError):
        raise Invalid(_("The body is not valid JSON.")) from None
    if not isinstance(given, dict):
        raise Invalid(_("The body is a JSON object."))
    return given


def _send(form_id: UUID, given: Mapping[str, Any]) -> None:
    trap, stamp = str(given.get(TRAP) or ""), str(given[STAMP]) if STAMP in given else None
    if not trap:
        PER_FORM.count(form_id.hex)
    in_transaction(lambda: send_web_form(form_id=form_id, values=given, trap=trap, stamp=stamp))


def _page(
    request: HttpRequest, form: Any, given: Mapping[str, Any], complaints: Mapping[str, list[str]], message: str = ""
) -> HttpResponse:
    inputs = [
        Input(name, *_INPUTS[name], name in ("name", "email"), str(given.get(name) or ""), complaints.get(name, []))
        for name in ("name", "email", *form.asks)
    ]
    context = {
        "form": form, "organisation": form.organisation, "inputs": inputs, "trap": TRAP, "stamp": stamp_of(form.pk),
        "message": message,
    }  # fmt: skip
    return render(request, "portal/web_form.html", context, status=400 if message else 200)


def _again(request: HttpRequest, form: Any, given: Mapping[str, Any], error: Invalid) -> HttpResponse:
    """What was filled in, with the complaints where they belong."""
    complaints: dict[str, list[str]] = {}
    for complaint in error.complaints:
        complaints.setdefault(complaint.field, []).append(str(complaint.message))
    message = _("Please look at the fields that are marked.") if complaints else str(error.message)
    if wants_json(request):
        return JsonResponse({"ok": False, "message": message, "errors": complaints}, status=400)
    return _page(request, form, given, complaints, message)


def _thanks(request: HttpRequest, form: Any) -> HttpResponse:
    """The same for everybody, whoever they are to the business and whether or not anything was written."""
    waits = form.double_opt_in
    url = "" if waits else form.redirect_url
    if wants_json(request):
        asks = _("Please follow the link in the mail that we have sent you.")
        text = asks if waits else form.thanks or _("Thank you.")
        return JsonResponse({"ok": True, "message": text, "waits_for_confirmation": waits, "redirect_url": url})
    if url:
        return HttpResponseRedirect(url)
    return render(request, "portal/web_form_thanks.html", {"form": form, "organisation": form.organisation})

"""Forms on web pages: what staff define, and what becomes of what visitors send."""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from crm.kernel.addresses import checked_email, checked_phone
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.errors import Complaint, Invalid
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.leads.errors import UnknownCampaign, WebFormNotFound, WebFormTaken
from crm.leads.events import WebFormDefined
from crm.leads.links import ensure_read
from crm.leads.models import Lead, Question, WebForm
from crm.leads.selectors import open_web_form
from crm.leads.services.confirmations import ask_to_confirm, set_up_confirmation
from crm.leads.services.visitors import campaign_of, is_blacklisted, take_in

LONGEST_MESSAGE = 5_000
MOST_ORIGINS, LONGEST_ORIGIN = 20, 250
_ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
# What no text of a visitor holds; line breaks and tabs of a message stay.
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@atomic
def define_web_form(*, form_id: UUID | None = None, **values: Any) -> WebForm:
    """A new form, or a change of `form_id`. Raises WebFormNotFound, WebFormTaken, UnknownCampaign, Invalid."""
    form = WebForm(created_at=now()) if form_id is None else _locked(form_id)
    if "origins" in values:
        values["origins"] = [_as_browsers_say(origin) for origin in values["origins"]]
    changes = apply_changes(form, values)
    check_row(form, exclude=("campaign",))
    _ensure_sense(form)
    if "campaign_id" in changes and form.campaign_id and campaign_of(form) is None:
        raise UnknownCampaign
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        raise WebFormTaken from None
    if form.double_opt_in:
        set_up_confirmation()
    record(WebFormDefined(web_form_id=form.pk), changes=changes)
    return form


@atomic
def send_web_form(*, form_id: UUID, values: Mapping[str, Any], trap: str = "", stamp: str | None = None) -> None:
    """What a visitor sent: a lead, a note at the lead who has the address, or a mail that asks for confirmation.

    Nothing tells the visitor which, nor whether the address is known or blacklisted. `trap` is the field that nobody
    sees, `stamp` what the page was shown with (None: no page of ours). Raises WebFormNotFound, SentTooFast, Invalid.
    """
    form = open_web_form(form_id)
    if trap.strip():
        _count(form, "caught")
        return
    if stamp is not None:
        ensure_read(form.pk, stamp)
    given = _checked(form, values)
    if is_blacklisted(given):
        return
    is_new = ask_to_confirm(form, given) if form.double_opt_in else take_in(form, given)
    if is_new:
        _count(form, "sent")


def _checked(form: WebForm, values: Mapping[str, Any]) -> dict[str, str]:
    """What the form asks for, trimmed; anything else that was sent is left. Raises Invalid with every complaint."""
    given: dict[str, str] = {}
    complaints: list[Complaint] = []
    for name in ("name", "email", *form.asks):
        try:
            given[name] = _checked_text(name, values.get(name))
        except Invalid as error:
            complaints.append(Complaint(name, error.message))
        except ValidationError as problem:
            complaints += [Complaint(name, text) for text in problem.messages]
    if complaints:
        raise Invalid(complaints=complaints)
    return given


def _checked_text(name: str, value: Any) -> str:
    if not isinstance(value, str | None):
        raise Invalid(_("Text is expected."))
    text = (value or "").replace("\r\n", "\n").strip()
    if _UNWANTED.search(text):
        raise Invalid(_("Control characters are not allowed."))
    return _CHECKS[name](text)


def _message(text: str) -> str:
    if len(text) > LONGEST_MESSAGE:
        raise Invalid(_("At most %(most)s characters.") % {"most": LONGEST_MESSAGE})
    return text


def _phone(text: str) -> str:
    return checked_phone(text).text if text else ""


def _as_of_a_lead(field: str) -> Callable[[str], str]:
    """What a lead may have there; raises ValidationError."""
    return lambda text: str(cast(Any, Lead._meta.get_field(field)).clean(text, None))


_CHECKS: dict[str, Callable[[str], str]] = {
    "name": _as_of_a_lead("name"), "email": checked_email, Question.PHONE: _phone,
    Question.COMPANY: _as_of_a_lead("company"), Question.MESSAGE: _message,
}  # fmt: skip


def _as_browsers_say(origin: str) -> str:
    """An origin as browsers write it: no path, and no port where it is the usual one."""
    bare = origin.strip().lower().rstrip("/")
    return bare.removesuffix(":443") if bare.startswith("https:") else bare.removesuffix(":80")


def _ensure_sense(form: WebForm) -> None:
    bad = [origin for origin in form.origins if not _ORIGIN.fullmatch(origin) or len(origin) > LONGEST_ORIGIN]
    told = {
        "origins": [
            *(_("Write %(origin)s as https://www.example.com.") % {"origin": origin[:80]} for origin in bad[:3]),
            *([_("At most %(most)s addresses.") % {"most": MOST_ORIGINS}] if len(form.origins) > MOST_ORIGINS else []),
        ],
        "asks": [_("There is no such question.")] if set(form.asks) - set(Question.values) else [],
    }
    complaints = [Complaint(field, text) for field, texts in told.items() for text in texts]
    if complaints:
        raise Invalid(complaints=complaints)


def _count(form: WebForm, what: str) -> None:
    WebForm.objects.filter(pk=form.pk).update(**{what: F(what) + 1})


def _locked(form_id: UUID) -> WebForm:
    form = WebForm.objects.for_update().filter(pk=form_id).first()
    if form is None:
        raise WebFormNotFound
    return form

"""Visitors of a web form become leads, or are noted at the lead they are already."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from crm.campaigns.selectors import campaigns
from crm.kernel.addresses import email_key, phone_key
from crm.kernel.clock import now
from crm.leads.errors import LeadEmailTaken
from crm.leads.models import InteractionType, Lead, LeadInteraction, Question, WebForm
from crm.leads.selectors import leads
from crm.leads.services.capture import capture_lead, change_lead, locked_lead
from crm.leads.services.interactions import add_interaction
from crm.messaging.errors import Suppressed
from crm.messaging.selectors import ensure_not_blacklisted

# The same words from the same person within this time are one button pressed twice.
A_MOMENT = timedelta(minutes=10)


def take_in(form: WebForm, given: Mapping[str, str]) -> bool:
    """Make the visitor a lead, or note it at the living lead who has the address, of whom only blanks are filled in.

    False when the same was noted a moment ago.
    """
    lead = locked_lead(_lead_of(form, given).pk)
    notes = _told(form, given.get(Question.MESSAGE, ""))
    same = LeadInteraction.objects.filter(lead=lead, type=InteractionType.NOTE, notes=notes)
    if same.filter(created_at__gt=now() - A_MOMENT).exists():
        return False
    blanks: Any = {name: given[name] for name in ("phone", "company") if given.get(name) and not getattr(lead, name)}
    if blanks:
        change_lead(lead_id=lead.pk, **blanks)
    add_interaction(lead_id=lead.pk, type=InteractionType.NOTE, notes=notes)
    return True


def is_blacklisted(given: Mapping[str, str]) -> bool:
    """Whether staff have blacklisted the address or the phone: then nothing is written."""
    try:
        ensure_not_blacklisted(email_key=email_key(given["email"]), phone_key=phone_key(given.get("phone", "")))
    except Suppressed:
        return True
    return False


def _lead_of(form: WebForm, given: Mapping[str, str]) -> Lead:
    """The living lead who has the address, or a new one."""
    known = leads().filter(email_key=email_key(given["email"]))
    lead = known.first()
    if lead is not None:
        return lead
    try:
        with transaction.atomic():
            return capture_lead(
                name=given["name"], email=given["email"], phone=given.get("phone"), company=given.get("company"),
                source=form.source, campaign_id=campaign_of(form),
            )  # fmt: skip
    except LeadEmailTaken:
        # Somebody wrote this address a moment ago.
        return known.get()


def _told(form: WebForm, message: str) -> str:
    if not message:
        return _("Wrote through the form “%(form)s”.") % {"form": form}
    return _("Wrote through the form “%(form)s”: %(message)s") % {"form": form, "message": message}


def campaign_of(form: WebForm) -> UUID | None:
    """The form's campaign, as long as it is there."""
    return campaigns().filter(pk=form.campaign_id).values_list("pk", flat=True).first() if form.campaign_id else None

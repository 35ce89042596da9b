"""Double opt-in: what a visitor sent waits until whoever reads mail at that address confirms it."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from crm.kernel.addresses import email_key
from crm.kernel.clock import now
from crm.kernel.locks import hold_names
from crm.kernel.transactions import atomic
from crm.leads.errors import WebFormEntryNotFound
from crm.leads.links import address_of_entry
from crm.leads.models import WebForm, WebFormEntry
from crm.leads.services.visitors import A_MOMENT, is_blacklisted, take_in
from crm.messaging.errors import NothingPublished, TemplateNotFound
from crm.messaging.recipients import Recipient
from crm.messaging.selectors import template_called, versions_of
from crm.messaging.services import ensure_template, queue_message

WAITS, KEPT = timedelta(hours=48), timedelta(days=30)
# To one address in a day, through whichever form: nobody is pestered by a stranger who types their address.
MOST_MAILS = 3
CHUNK = 1_000

TEMPLATE_KEY = "lead_form_confirmation"
_SUBJECT = "Please confirm your message to {{ organisation }}"
_BODY = """<p>Hello,</p>
<p>somebody, most likely you, has filled in a form of {{ organisation }} with this address.
Please confirm that it was you:</p>
<p><a href="{{ link }}">Yes, that was me</a></p>
<p>The link works for 48 hours. If it was not you, there is nothing to do: without your word nobody writes to you.</p>
"""


def ask_to_confirm(form: WebForm, given: Mapping[str, str]) -> bool:
    """Keep what was sent and ask for confirmation by mail; False when the address was asked just now, or too often."""
    key = email_key(given["email"])
    hold_names(f"web form of {key}")
    before = WebFormEntry.objects.filter(email_key=key, created_at__gt=now() - timedelta(days=1))
    same = before.filter(form=form, values=given, created_at__gt=now() - A_MOMENT)
    if same.exists() or before.count() >= MOST_MAILS:
        return False
    entry = WebFormEntry.objects.create(
        form=form, values=given, email_key=key, expires_at=now() + WAITS, created_at=now()
    )
    set_up_confirmation()
    # Without the name: a stranger has typed it, and would choose the words of a mail in our name.
    queue_message(
        template_key=TEMPLATE_KEY, recipient=Recipient(email=given["email"]), cause=f"web-form:{entry.pk}",
        secrets={"link": address_of_entry(entry.tenant, form.pk, entry.pk)},
    )  # fmt: skip
    return True


@atomic
def confirm_entry(*, entry_id: UUID) -> bool:
    """What waited becomes a lead; whether it was this call that did it, for a second one changes nothing.

    Raises WebFormEntryNotFound, WebFormEntryExpired.
    """
    entries = WebFormEntry.objects.for_update().select_related("form")
    entry = entries.filter(pk=entry_id, organisation__is_active=True).first()
    if entry is None:
        raise WebFormEntryNotFound
    if entry.confirmed_at is not None:
        return False
    entry.ensure_in_time()
    given, entry.values, entry.confirmed_at = entry.values, {}, now()
    entry.save(update_fields=["values", "confirmed_at"])
    if not is_blacklisted(given):
        take_in(entry.form, given)
    return True


@atomic
def set_up_confirmation() -> None:
    """The wording of the mail, where there is none yet; what staff wrote stays. Raises NothingPublished for a wording
    of theirs that is not.
    """
    if not _is_set_up():
        hold_names("web form template")
        ensure_template(key=TEMPLATE_KEY, name="Confirmation of a web form", subject=_SUBJECT, body=_BODY)
    if not _is_set_up():
        raise NothingPublished


@atomic
def forget_entries() -> int:
    """Delete a thousand entries that are thirty days old, confirmed or not; how many there were."""
    old = WebFormEntry.objects.filter(created_at__lt=now() - KEPT).values_list("pk", flat=True)[:CHUNK]
    return WebFormEntry.objects.filter(pk__in=list(old)).delete()[0]


def _is_set_up() -> bool:
    try:
        template = template_called(TEMPLATE_KEY)
    except TemplateNotFound:
        return False
    return any(version.locale == template.default_locale for version in versions_of([template.pk]))

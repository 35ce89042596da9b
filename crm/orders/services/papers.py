"""A paper by letter: printed, and a link to it sent to whose it is."""

from uuid import UUID

from django.utils.translation import gettext as _

from crm.contacts.selectors import recipients_with
from crm.files.errors import NothingToPrint
from crm.files.links import IN_A_LETTER, address_of
from crm.files.services import print_paper
from crm.kernel.locks import hold_names
from crm.kernel.transactions import atomic
from crm.messaging.models import Communication, MessageChannel, MessageClass, Template
from crm.messaging.selectors import sending_settings
from crm.messaging.services import ensure_template, queue_message
from crm.orders.errors import NoAddressForPapers

LETTER = "paper"
_SUBJECT = "{{ text }} from {{ organisation }}"
_BODY = """<p>Hello {{ first_name }},</p>
<p>here is what you asked for: <a href="{{ link }}">{{ text }}</a></p>
<p>The link opens it for 30 days.</p>
<p>{{ organisation }}</p>"""


@atomic
def mail_paper(*, kind: str, record_id: UUID, contact_id: UUID) -> Communication:
    """Print a person's paper and send them a link to it. Raises UnknownPaper, NothingToPrint, NoAddressForPapers."""
    recipient = recipients_with([contact_id]).get(contact_id)
    if recipient is None:
        raise NothingToPrint
    if not recipient.email:
        raise NoAddressForPapers
    file = print_paper(kind=kind, record_id=record_id, contact_id=contact_id, days=IN_A_LETTER.days)
    _ensure_letter()
    link = address_of(file.pk, lasts=IN_A_LETTER, base=sending_settings().link_base)
    return queue_message(
        recipient=recipient, cause=f"paper:{file.pk}", template_key=LETTER,
        values={"text": file.name.removesuffix(".pdf")}, secrets={"link": link},
    )  # fmt: skip


def _ensure_letter() -> None:
    """The wording, for staff to change, where there is none yet."""
    if Template.objects.filter(key=LETTER).exists():
        return
    hold_names(f"template {LETTER}")
    ensure_template(
        key=LETTER, name=_("Papers: the link"), subject=_SUBJECT, body=_BODY, channel=MessageChannel.EMAIL,
        message_class=MessageClass.TRANSACTIONAL,
    )  # fmt: skip

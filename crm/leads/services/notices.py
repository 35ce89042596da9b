"""Colleagues are told what is new for them: one mail each, whatever is new."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.kernel.errors import DomainError
from crm.leads.models import FollowUp
from crm.messaging.links import link_to
from crm.messaging.models import MessageState
from crm.messaging.recipients import Outgoing, Recipient
from crm.messaging.services import empty_messages, ensure_template, queue_messages
from crm.organisations.models import Staff
from crm.organisations.selectors import staff_of_organisation

log = structlog.get_logger(__name__)

TEMPLATE = "staff_follow_ups"
MY_DAY = "admin/leads/followup"
NAMED_AT_MOST = 20
_SUBJECT = "You have {{ count }} follow-up(s)"
_BODY = '<p>Hello {{ first_name }},</p><pre>{{ text }}</pre><p><a href="{{ link }}">My day</a></p>'


def tell_of_follow_ups(rows: Sequence[FollowUp]) -> int:
    """Ask for a mail to each colleague whose these new follow-ups are; how many of them their colleague is told of.

    Who is told of nothing: whose address is suppressed, who has left, and all of them while the template says nothing.
    """
    for_whom: dict[UUID, list[FollowUp]] = defaultdict(list)
    for row in rows:
        if row.assigned_to_id is not None:
            for_whom[row.assigned_to_id].append(row)
    staff = staff_of_organisation().filter(pk__in=for_whom, is_active=True).select_related("user").order_by("pk")
    batch = {one.pk: _mail_to(one, for_whom[one.pk], cause=f"follow_ups:{rows[0].pk}:{one.pk}") for one in staff}
    if not batch:
        return 0
    try:
        with transaction.atomic():
            ensure_template(key=TEMPLATE, name=_("Follow-ups for staff"), subject=_SUBJECT, body=_BODY)
            asked = queue_messages(batch=list(batch.values()))
    except DomainError as error:
        # The follow-ups are there all the same, and stand in everybody's day.
        log.warning("staff_not_told", error=error.code)
        return 0
    told = [pk for pk, message in zip(batch, asked, strict=True) if message.state == MessageState.QUEUED]
    return sum(len(for_whom[pk]) for pk in told)


def _mail_to(staff: Staff, rows: Sequence[FollowUp], *, cause: str) -> Outgoing:
    user = staff.user
    titles = [f"- {row.title}" for row in rows[:NAMED_AT_MOST]]
    if len(rows) > NAMED_AT_MOST:
        titles.append(_("… and %(n)d more") % {"n": len(rows) - NAMED_AT_MOST})
    return Outgoing(
        Recipient(email=user.email, name=user.name), cause, TEMPLATE,
        values={"count": str(len(rows)), "text": "\n".join(titles), "link": link_to(MY_DAY, "", settings.BASE_URL)},
    )  # fmt: skip


def unname_in_notices(*, contact_ids: Collection[UUID], lead_ids: Collection[UUID], emptied_for: UUID) -> int:
    """Empty the mails by which colleagues were told of these people's follow-ups: their titles may say a name."""
    theirs = FollowUp.objects.filter(Q(contact__in=contact_ids) | Q(lead__in=lead_ids))
    titles = set(theirs.values_list("title", flat=True))
    return empty_messages(template_key=TEMPLATE, saying=titles, emptied_for=emptied_for)

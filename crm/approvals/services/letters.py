"""Whoever is to decide is written to, with links that decide by themselves once their page's button is pressed."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction

from crm.approvals.kinds import kind_called
from crm.approvals.links import ACCEPT_PAGE, REJECT_PAGE, write_link
from crm.approvals.models import ApprovalRequest, ApprovalToken, DeciderKind
from crm.approvals.selectors import Decider, deciders_of
from crm.kernel.clock import now
from crm.kernel.errors import DomainError
from crm.kernel.locks import hold_names
from crm.kernel.secret_links import digest_of_secret, new_secret
from crm.kernel.tenancy import current_scope
from crm.messaging.links import link_to
from crm.messaging.models import Communication, MessageChannel
from crm.messaging.recipients import Outgoing, Recipient, as_they_are_now
from crm.messaging.selectors import sending_settings
from crm.messaging.services import ensure_template, queue_messages, withdraw_messages
from crm.organisations.selectors import staff_of_organisation

log = structlog.get_logger(__name__)

LINK_LASTS = timedelta(days=7)
_MAIL = """<p>Hello {{ first_name }},</p>
<p>{{ organisation }} asks for your decision: {{ text }}.</p>
<p><a href="{{ link }}">Yes, I agree</a></p>
<p><a href="{{ reject_link }}">No, I do not</a></p>
<p>Either link shows you once more what it is about before anything is decided. They work once, for seven days.</p>
"""
_SMS = "{{ organisation }} asks for your decision: {{ text }}. Yes or no: {{ link }}"
# By the key of the template: its name, channel, subject and text.
_WORDING = {
    "approval_email": ("Request for approval, by e-mail", MessageChannel.EMAIL,
                       "Your decision, please: {{ text }}", _MAIL),
    "approval_sms": ("Request for approval, by SMS", MessageChannel.SMS, "", _SMS),
}  # fmt: skip


def write_to_deciders(request: ApprovalRequest) -> None:
    """A letter to each who may decide the step in hand; one who was written to at this stage is not written to again.

    That nobody can be reached holds nothing up: colleagues find the request in the back office, members in their app.
    """
    deciders = deciders_of(request)
    people = _people(deciders)
    batch = [_letter(request, one, people[one.id]) for one in deciders if one.id in people]
    if not batch:
        return
    for key in {outgoing.template_key for outgoing in batch}:
        _set_up(key)
    try:
        with transaction.atomic():
            queue_messages(batch=batch)
    except DomainError as fault:
        log.warning("deciders_not_written_to", error=fault.code)


def withdraw_letters(request: ApprovalRequest) -> None:
    """Letters about it that have not left."""
    causes = Communication.objects.filter(cause__startswith=_cause(request, "")).values_list("cause", flat=True)
    withdraw_messages(causes=list(causes), reason="decided")


def _letter(request: ApprovalRequest, decider: Decider, person: Recipient) -> Outgoing:
    secret = new_secret()
    token = ApprovalToken.objects.create(
        request=request, step=request.at, decider_kind=decider.kind, decider_id=decider.id,
        digest=digest_of_secret(secret), created_at=now(), expires_at=now() + LINK_LASTS,
    )  # fmt: skip
    text, base = write_link(current_scope().tenant, token.pk, secret), sending_settings().link_base
    return Outgoing(
        person, _cause(request, f"{request.at}:{request.overdue}:{decider.id}"),
        "approval_email" if person.email or not person.phone else "approval_sms",
        values={"text": str(kind_called(request.kind).told(request.reference, request.snapshot))},
        secrets={"link": link_to(ACCEPT_PAGE, text, base), "reject_link": link_to(REJECT_PAGE, text, base)},
    )  # fmt: skip


def _cause(request: ApprovalRequest, rest: str) -> str:
    return f"approval:{request.pk}:{rest}"


def _people(deciders: Sequence[Decider]) -> dict[UUID, Recipient]:
    """Who they are to a letter, by id; who is gone is missing."""
    members = [one.id for one in deciders if one.kind == DeciderKind.MEMBER]
    found = dict(as_they_are_now("contact", members) or {}) if members else {}
    staff = staff_of_organisation().filter(pk__in=[one.id for one in deciders if one.kind == DeciderKind.STAFF])
    return found | {one.pk: Recipient(email=one.user.email, name=one.user.name) for one in staff}


def _set_up(key: str) -> None:
    """The wording, where there is none yet; what staff wrote stays."""
    name, channel, subject, body = _WORDING[key]
    hold_names(f"template {key}")
    ensure_template(key=key, name=name, channel=channel, subject=subject, body=body)

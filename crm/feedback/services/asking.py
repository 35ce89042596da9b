"""A customer is asked, unless they may not be, are asked already, or were asked not long ago."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.contacts.errors import ContactNotFound
from crm.contacts.models import Customer, Status
from crm.contacts.services.contacts import locked_contact
from crm.feedback.errors import AskedLately, CustomerNotAsked, CustomerNotReached, RequestOpen, UnknownOrder
from crm.feedback.events import FeedbackRequested, FeedbackSkipped
from crm.feedback.models import ASKED_STATES, OPEN_STATES, FeedbackRequest, FeedbackSettings, FeedbackState
from crm.feedback.selectors import feedback_settings
from crm.feedback.services.closing import expire
from crm.feedback.services.links import new_links
from crm.feedback.services.notices import WRITTEN, write_to
from crm.feedback.services.reminding import next_reminder
from crm.kernel.changes import check_row
from crm.kernel.clock import now
from crm.kernel.errors import Conflict
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.messaging.models import MessageState
from crm.orders.selectors import orders_of

THROTTLED = "throttled"
_KEPT_ELSEWHERE = ("customer", "order", "taxonomy", "rating", "comment", "category")
# What may still become of a letter that was asked for just now.
_UNDER_WAY = (MessageState.QUEUED, MessageState.SENDING, MessageState.SENT, MessageState.CAPTURED)


@dataclass(frozen=True)
class Asked:
    """`token` opens the request and is known to nobody afterwards; it is empty when the customer was not asked."""

    request: FeedbackRequest
    token: str = ""

    @property
    def refusal(self) -> Conflict | None:
        """Why nobody was asked, for callers to whom that is a refusal; the skipped request stays all the same."""
        if self.request.state != FeedbackState.SKIPPED:
            return None
        reason = self.request.reason
        return AskedLately(reason=reason) if reason == THROTTLED else CustomerNotReached(reason=reason)


@atomic
def request_feedback(
    *, customer_id: UUID, channel: str | None = None, scale: str | None = None, order_id: UUID | None = None
) -> Asked:
    """Ask a customer, about one of their orders if it is named, as the settings say unless told otherwise: by a letter
    that messaging sends, or by a link that the caller hands over. Who was asked within the days of the settings, or may
    not be written to, is a SKIPPED request, which nobody tries again (semantics §3.10).

    Raises ContactNotFound, CustomerNotAsked, UnknownOrder, RequestOpen, Invalid, NothingPublished.
    """
    customer = _locked_customer(customer_id)
    settings = feedback_settings()
    _ensure_own_order(customer, order_id)
    _ensure_none_open(customer)
    request = FeedbackRequest(
        customer=customer, order_id=order_id, channel=channel or settings.channel, scale=scale or settings.scale,
        created_at=now(), expires_at=now() + timedelta(days=settings.expiry_days),
    )  # fmt: skip
    check_row(request, exclude=_KEPT_ELSEWHERE)
    if _was_asked_lately(customer, settings):
        return _skipped(request, THROTTLED)
    if request.channel not in WRITTEN:
        request.state, request.sent_at = FeedbackState.SENT, now()
    request.next_reminder_at = next_reminder(request, settings)
    _save_open(request)
    asked = _handed_over(request)
    if not asked.refusal:
        about = {"feedback_id": request.pk, "customer_id": customer.pk}
        record(FeedbackRequested(**about, channel=request.channel, scale=request.scale))
    return asked


def _locked_customer(customer_id: UUID) -> Customer:
    """An active customer, whom nobody deletes, merges or asks at the same time."""
    contact = locked_contact(customer_id)
    customer = Customer.objects.filter(pk=contact.pk, deleted_at=None).first()
    if customer is None:
        raise ContactNotFound
    if customer.status != Status.ACTIVE:
        raise CustomerNotAsked
    return customer


def _ensure_own_order(customer: Customer, order_id: UUID | None) -> None:
    if order_id and not orders_of(customer.pk).filter(pk=order_id).exists():
        raise UnknownOrder


def _ensure_none_open(customer: Customer) -> None:
    """One whose time is over, and which the schedule has not come to yet, is over."""
    still = FeedbackRequest.objects.for_update().filter(customer=customer, state__in=OPEN_STATES).first()
    if still is None:
        return
    if still.expires_at > now():
        raise RequestOpen(feedback_id=still.pk)
    expire([still])


def _was_asked_lately(customer: Customer, settings: FeedbackSettings) -> bool:
    since = now() - timedelta(days=settings.throttle_days)
    return FeedbackRequest.objects.filter(customer=customer, state__in=ASKED_STATES, created_at__gt=since).exists()


def _save_open(request: FeedbackRequest) -> None:
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError as error:
        if "feedback_one_open" in str(error):
            raise RequestOpen from None
        raise


def _handed_over(request: FeedbackRequest) -> Asked:
    """The link, in a letter or for the caller to hand over."""
    tokens = new_links([request])
    if request.channel in WRITTEN:
        (letter,) = write_to([request], tokens)
        if letter is None or letter.state not in _UNDER_WAY:
            request.links.all().delete()
            return _skipped(request, letter.reason if letter else "gone")
    return Asked(request, tokens[request.pk])


def _skipped(request: FeedbackRequest, reason: str) -> Asked:
    request.state, request.reason, request.next_reminder_at = FeedbackState.SKIPPED, reason[:60], None
    request.save()
    record(FeedbackSkipped(feedback_id=request.pk, customer_id=request.customer_id, reason=request.reason))
    return Asked(request)

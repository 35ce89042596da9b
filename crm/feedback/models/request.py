from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Customer
from crm.contacts.models.contact import no_control_characters
from crm.feedback.models.theme import Taxonomy
from crm.feedback.scales import Scale, is_unhappy
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.orders.models import Order

LONGEST_COMMENT = 5_000


class FeedbackChannel(models.TextChoices):
    """By which way somebody is asked. A link is handed over by staff, an API's token by whoever called it."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    LINK = "link", _("Link")
    API = "api", _("API")


class FeedbackState(models.TextChoices):
    """PENDING → SENT → OPENED → ANSWERED; the others are ends of their own (docs/feedback.md)."""

    PENDING = "pending", _("Not sent yet")
    SENT = "sent", _("Sent")
    OPENED = "opened", _("Opened")
    ANSWERED = "answered", _("Answered")
    EXPIRED = "expired", _("Expired")
    CLOSED = "closed", _("Closed")
    BOUNCED = "bounced", _("Bounced")
    SKIPPED = "skipped", _("Not asked")


OPEN_STATES = (FeedbackState.PENDING, FeedbackState.SENT, FeedbackState.OPENED)
# What counts as having been asked: nobody is asked again for a while.
ASKED_STATES = (*OPEN_STATES, FeedbackState.ANSWERED, FeedbackState.EXPIRED, FeedbackState.CLOSED)


class AnsweredVia(models.TextChoices):
    LINK = "link", _("Link")
    API = "api", _("API")
    STAFF = "staff", _("Staff")


class FeedbackRequest(TenantModel):
    """That a customer is asked, once, and what they answered. `reason` says why nothing came of it.

    `order` is what they are asked about, where it is one; `next_reminder_at` is empty when no reminder is to come.
    `sentiment` is the comment's feeling from −1 to 1, else the rating's; `taxonomy` is the version that the comment was
    last read with.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = TenantForeignKey(
        Customer, on_delete=models.CASCADE, related_name="feedback_requests", verbose_name=_("customer")
    )
    order = TenantForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="feedback_requests",
        verbose_name=_("about the order"),
    )  # fmt: skip
    channel = models.CharField(_("channel"), max_length=5, choices=FeedbackChannel.choices)
    scale = models.CharField(_("scale"), max_length=4, choices=Scale.choices)
    state = models.CharField(
        _("state"), max_length=8, choices=FeedbackState.choices, default=FeedbackState.PENDING, editable=False
    )
    reason = models.CharField(_("reason"), max_length=60, blank=True, editable=False)
    created_at = models.DateTimeField(_("asked for"), editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    opened_at = models.DateTimeField(_("opened"), null=True, editable=False)
    expires_at = models.DateTimeField(_("until"), editable=False)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0, editable=False)
    next_reminder_at = models.DateTimeField(_("next reminder"), null=True, editable=False)

    rating = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True)
    comment = models.TextField(
        _("comment"), blank=True, validators=[MaxLengthValidator(LONGEST_COMMENT), ProhibitNullCharactersValidator()]
    )
    category = models.CharField(_("category"), max_length=50, blank=True, validators=[no_control_characters])
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)
    answered_via = models.CharField(
        _("answered by"), max_length=5, choices=AnsweredVia.choices, blank=True, editable=False
    )

    sentiment = models.DecimalField(_("sentiment"), max_digits=4, decimal_places=3, null=True, editable=False)
    taxonomy = TenantForeignKey(Taxonomy, on_delete=models.PROTECT, null=True, editable=False, related_name="answers")

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "customer"],
                condition=Q(state__in=OPEN_STATES),
                name="feedback_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state=FeedbackState.ANSWERED, rating__isnull=False, answered_at__isnull=False)
                | (~Q(state=FeedbackState.ANSWERED) & Q(rating=None, answered_at=None)),
                name="feedback_answered_with_rating",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "-created_at", "-id"], name="feedback_latest"),
            models.Index(fields=["organisation", "mode", "customer", "-created_at"], name="feedback_of_customer"),
            models.Index(fields=["organisation", "mode", "scale", "answered_at"], name="feedback_answered",
                         condition=Q(state=FeedbackState.ANSWERED)),
            models.Index(fields=["organisation", "mode", "scale", "sent_at"], name="feedback_sent",
                         condition=Q(sent_at__isnull=False)),
            models.Index(fields=["organisation", "mode", "next_reminder_at"], name="feedback_to_remind",
                         condition=Q(next_reminder_at__isnull=False)),
            models.Index(fields=["organisation", "mode", "expires_at"], name="feedback_expiring",
                         condition=Q(state__in=OPEN_STATES)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_scale_display()}, {self.created_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_answered(self) -> bool:
        return self.state == FeedbackState.ANSWERED

    @property
    def is_unhappy(self) -> bool:
        return self.rating is not None and is_unhappy(self.scale, self.rating)


class FeedbackLink(TenantModel):
    """What opens a request, once: each letter has a token of its own, of which only the SHA-256 is kept."""

    key = models.BinaryField(max_length=32, primary_key=True, editable=False)
    request = TenantForeignKey(FeedbackRequest, on_delete=models.CASCADE, related_name="links")
    created_at = models.DateTimeField(_("made"), editable=False)

    class Meta:
        verbose_name = _("link to a request")
        verbose_name_plural = _("links to requests")

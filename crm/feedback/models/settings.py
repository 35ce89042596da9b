from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import no_control_characters
from crm.feedback.models.request import FeedbackChannel
from crm.feedback.scales import Scale
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantModel

LONGEST_WAIT = 365


class FeedbackSettings(TenantModel):
    """What customers are asked, and how often. A place without a row has what stands here as defaults."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(
        _("channel"), max_length=5, choices=FeedbackChannel.choices, default=FeedbackChannel.EMAIL
    )
    scale = models.CharField(_("scale"), max_length=4, choices=Scale.choices, default=Scale.CSAT)
    question = models.CharField(
        _("question"), max_length=200, blank=True, validators=[no_control_characters],
        help_text=_("Empty: the usual question of the scale."),
    )  # fmt: skip
    throttle_days = models.PositiveSmallIntegerField(
        _("nobody is asked twice within … days"), default=30, validators=[MaxValueValidator(LONGEST_WAIT)]
    )
    first_reminder_days = models.PositiveSmallIntegerField(
        _("first reminder after … days"), null=True, blank=True, default=3,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_WAIT)], help_text=_("Empty: none."),
    )  # fmt: skip
    second_reminder_days = models.PositiveSmallIntegerField(
        _("second reminder after … days"), null=True, blank=True, default=7,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_WAIT)],
        help_text=_("Counted from the request, like the first. Empty: none."),
    )  # fmt: skip
    expiry_days = models.PositiveSmallIntegerField(
        _("a request is open for … days"), default=30,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_WAIT)],
    )  # fmt: skip

    class Meta:
        verbose_name = _("feedback settings")
        verbose_name_plural = _("feedback settings")
        constraints = [models.UniqueConstraint(fields=["organisation", "mode"], name="feedback_settings_once")]

    def __str__(self) -> str:
        return str(_("Feedback settings"))

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Customer
from crm.feedback.scales import Scale
from crm.kernel.tenancy import TenantModel, TenantOneToOneField


class LastFeedback(TenantModel):
    """What a customer answered last, so that segments may ask for it; `score` is the rating from 0 to 100."""

    customer = TenantOneToOneField(Customer, on_delete=models.CASCADE, primary_key=True, related_name="last_feedback")
    scale = models.CharField(_("scale"), max_length=4, choices=Scale.choices)
    rating = models.PositiveSmallIntegerField(_("rating"))
    score = models.PositiveSmallIntegerField(_("score"))
    answered_at = models.DateTimeField(_("answered"))

    class Meta:
        verbose_name = _("last feedback")
        verbose_name_plural = _("last feedback")

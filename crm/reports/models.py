from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantModel


class Measure(models.TextChoices):
    NEW_CUSTOMERS = "new_customers", _("New customers")


class DailyTally(TenantModel):
    """How often something happened on one day, in UTC: what dashboards read in place of a million rows."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    measure = models.CharField(max_length=30, choices=Measure.choices)
    day = models.DateField()
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "measure", "day"], name="tally_once_per_day"),
        ]

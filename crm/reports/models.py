from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantModel
from crm.orders.models import OrderStatus


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


def _sum_field() -> models.DecimalField:  # type: ignore[type-arg]
    """Wider than one amount: a sum of any number of the largest orders."""
    return models.DecimalField(max_digits=28, decimal_places=4, default=Decimal(0))


class OrderDay(TenantModel):
    """The living orders of one day in the organisation's zone, of one status and currency: how many, and what they came
    to. All of a tenant's rows are of one zone; when that changes they are counted anew together.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    zone = models.CharField(max_length=64)
    day = models.DateField()
    status = models.CharField(max_length=10, choices=OrderStatus.choices)
    currency = models.CharField(max_length=3)
    number = models.PositiveIntegerField()
    total = _sum_field()
    refunded = _sum_field()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "day", "status", "currency"], name="order_day_once"
            ),
        ]


class StaleDay(TenantModel):
    """A day whose orders have changed since they were counted. One row for each change, so that nobody waits for
    another's; who counts the day takes them away.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    day = models.DateField()

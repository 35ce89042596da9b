from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantModel


class Series(models.TextChoices):
    """What is numbered, by the letters that its numbers begin with."""

    ORDER = "ORD", _("Orders")
    INVOICE = "INV", _("Invoices")
    CREDIT_NOTE = "CRN", _("Credit notes")


class Numbering(TenantModel):
    """The last number that was given in a series in a year. Its row is locked until the number is used, or given back
    with all else when that fails: so there are no gaps (services/numbering.py).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    series = models.CharField(max_length=3, choices=Series.choices)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "series", "year"], name="numbering_once"),
        ]

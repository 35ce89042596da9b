from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantModel


class FieldKind(models.TextChoices):
    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    WHOLE_NUMBER = "integer", _("Whole number")
    YES_NO = "boolean", _("Yes or no")
    DATE = "date", _("Date")
    CHOICE = "choice", _("One of a list")


class CustomField(TenantModel):
    """What a key in `custom_fields` means, and what its values must look like."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(
        _("key"), max_length=50, validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z", _("Use a-z, 0-9 and _ only."))]
    )
    label = models.CharField(_("label"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=FieldKind.choices, default=FieldKind.TEXT)
    choices = ArrayField(models.CharField(max_length=100), default=list, blank=True, verbose_name=_("choices"))
    minimum = models.DecimalField(_("at least"), max_digits=19, decimal_places=4, null=True, blank=True)
    maximum = models.DecimalField(_("at most"), max_digits=19, decimal_places=4, null=True, blank=True)
    longest = models.PositiveIntegerField(_("longest text"), default=500)
    created_at = models.DateTimeField(_("created"), editable=False)

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        ordering = ("label",)
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "key"], name="custom_field_key"),
        ]

    def __str__(self) -> str:
        return self.label

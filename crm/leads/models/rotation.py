from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantModel


class Turn(TenantModel):
    """A colleague in the rotation that new leads are handed out by: whoever was longest without one is next."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    staff = models.ForeignKey(
        "organisations.Staff", on_delete=models.CASCADE, related_name="+", verbose_name=_("colleague"), db_index=False
    )
    is_paused = models.BooleanField(_("gets none for now"), default=False)
    # Counts up over the whole rotation; the lowest is next.
    last_turn = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("colleague in the rotation")
        verbose_name_plural = _("rotation of new leads")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "staff"], name="rotation_staff_once"),
        ]

    def __str__(self) -> str:
        return str(self.staff)

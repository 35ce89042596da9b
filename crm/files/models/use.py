from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantModel


class StorageUse(TenantModel):
    """How many bytes the files of a place take, variants included; written in the transaction of each of them, and
    counted anew every night (services/room.py).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    used = models.PositiveBigIntegerField(_("bytes"), default=0)

    class Meta:
        verbose_name = _("room taken by files")
        verbose_name_plural = _("room taken by files")
        constraints = [models.UniqueConstraint(fields=["organisation", "mode"], name="storage_use_once")]

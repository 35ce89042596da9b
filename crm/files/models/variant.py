from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.files.models.stored import StoredFile
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel


class PictureVariant(TenantModel):
    """A picture in another width, always WebP; its bytes lie beside those of the picture."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = TenantForeignKey(StoredFile, on_delete=models.CASCADE, related_name="variants")
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    size = models.PositiveIntegerField(_("size"))

    class Meta:
        verbose_name = _("picture in another size")
        verbose_name_plural = _("pictures in other sizes")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "file", "width"], name="picture_variant_once"),
        ]

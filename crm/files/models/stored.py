from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantModel

LONGEST_NAME = 150


class Purpose(models.TextChoices):
    UPLOAD = "upload", _("Brought")
    PICTURE = "picture", _("Picture of a record")
    PAPER = "paper", _("Printed")
    EXPORT = "export", _("A person's own data")


class StoredFile(TenantModel):
    """A file whose bytes lie in the storage, under a path that is made of the tenant and the id alone (storage.py).

    `media_type` is what the content says, and `name` ends accordingly; `is_inline` says that a browser may show it.
    `contact_id` is whose it is, a plain id, since contacts stand above. `record_kind` and `record_id` name what it
    belongs to; `kept_until` is empty for what stays as long as its record.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    media_type = models.CharField(_("kind"), max_length=100)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(_("checksum"), max_length=64)
    width = models.PositiveIntegerField(_("width"), null=True)
    height = models.PositiveIntegerField(_("height"), null=True)
    is_inline = models.BooleanField(_("may be shown by a browser"), default=False)
    purpose = models.CharField(_("purpose"), max_length=7, choices=Purpose.choices, default=Purpose.UPLOAD)
    entity_type = models.CharField(_("meant for"), max_length=30, blank=True)
    contact_id = models.UUIDField(_("whose"), null=True)
    record_kind = models.CharField(_("belongs to"), max_length=30, blank=True)
    record_id = models.UUIDField(_("which one"), null=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    actor_kind = models.CharField(max_length=10, editable=False)
    actor_id = models.CharField(max_length=60, editable=False)
    created_at = models.DateTimeField(_("brought"), editable=False)
    kept_until = models.DateTimeField(_("kept until"), null=True)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(
                condition=Q(record_kind="", record_id=None) | (~Q(record_kind="") & Q(record_id__isnull=False)),
                name="file_belongs_whole",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="file_not_empty"),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "-created_at", "-id"], name="file_latest"),
            models.Index(fields=["organisation", "mode", "contact_id", "-created_at", "-id"], name="file_of_contact"),
            models.Index(fields=["organisation", "mode", "record_kind", "record_id", "position"],
                         name="file_of_record"),
            models.Index(
                fields=["organisation", "mode", "kept_until"], name="file_kept_until",
                condition=Q(kept_until__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

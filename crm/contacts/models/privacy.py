"""What people ask about their own data: to be given it, and to be forgotten (semantics §3.18)."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import Contact
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel

EXPORT_LASTS = timedelta(hours=24)


class Because(models.TextChoices):
    ASKED = "asked", _("They asked for it")
    BY_STAFF = "by_staff", _("Staff did it for them")
    REPLAYED = "replayed", _("A backup had brought them back")


class Erasure(TenantModel):
    """That somebody was erased: written once, and neither changed nor deleted, which the database sees to. By it a
    restored backup forgets them again.

    `contact_id` is a plain id, for it must outlive whatever it names; `ids` are those of all records that were theirs,
    by noun, and `counts` says how many rows of each table were dealt with. Nothing here says who they were.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact_id = models.UUIDField(_("who"))
    because = models.CharField(_("why"), max_length=8, choices=Because.choices, default=Because.ASKED)
    ids: Any = models.JSONField(_("their records"), default=dict)
    counts: Any = models.JSONField(_("rows dealt with"), default=dict)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=60)
    erased_at = models.DateTimeField(_("erased"))

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "contact_id"], name="erasure_once"),
        ]
        indexes = [models.Index(fields=["organisation", "mode", "-erased_at", "-id"], name="erasure_latest")]

    def __str__(self) -> str:
        return self.contact_id.hex[-8:].upper()


class ExportState(models.TextChoices):
    ASKED = "asked", _("Being put together")
    READY = "ready", _("Ready to be fetched")
    FETCHED = "fetched", _("Fetched")
    EXPIRED = "expired", _("Not fetched in time")


class DataExport(TenantModel):
    """Somebody's data, put together for them. The link to it is mailed, works once, and is dead after a day; `digest`
    is of the secret in it. The archive belongs to this row, and goes when it was fetched or is too late.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="data_exports", verbose_name=_("who"))
    state = models.CharField(_("state"), max_length=7, choices=ExportState.choices, default=ExportState.ASKED)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=60)
    created_at = models.DateTimeField(_("asked for"))
    ready_at = models.DateTimeField(_("ready"), null=True)
    expires_at = models.DateTimeField(_("good until"), null=True)
    fetched_at = models.DateTimeField(_("fetched"), null=True)

    class Meta:
        verbose_name = _("export of a person's data")
        verbose_name_plural = _("exports of people's data")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "contact"], condition=models.Q(state="asked"),
                name="data_export_one_under_way",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["organisation", "mode", "-created_at", "-id"], name="data_export_latest"),
            models.Index(
                fields=["organisation", "mode", "contact", "-created_at", "-id"], name="data_export_of_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"

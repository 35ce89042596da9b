from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Contact
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel

LONGEST_DESCRIPTION = 1_000


class SegmentKind(models.TextChoices):
    """DYNAMIC follows what happens to people; STATIC holds who matched when it was taken, for good."""

    DYNAMIC = "dynamic", _("Follows its conditions")
    STATIC = "static", _("Snapshot")


class SegmentState(models.TextChoices):
    """FILLING until everybody was looked at once; BROKEN when the rule asks about something that is gone."""

    FILLING = "filling", _("Being filled")
    READY = "ready", _("Ready")
    BROKEN = "broken", _("Asks about what is gone")


class Segment(TenantModel):
    """Customers of whom a rule is true (semantics §3.12). `revision` counts the rules it has had: a filling that was
    begun for an earlier one stops. `member_count` is right as of `refreshed_at`, and kept since.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(
        _("short name"), max_length=60, db_index=False, help_text=_("What the APIs call it, such as spring_buyers.")
    )
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(
        _("description"),
        blank=True,
        max_length=LONGEST_DESCRIPTION,
        validators=[MaxLengthValidator(LONGEST_DESCRIPTION)],
    )
    rule: Any = models.JSONField(_("conditions"))
    kind = models.CharField(_("kind"), max_length=7, choices=SegmentKind.choices, default=SegmentKind.DYNAMIC)
    state = models.CharField(
        _("state"), max_length=7, choices=SegmentState.choices, default=SegmentState.FILLING, editable=False
    )
    revision = models.PositiveIntegerField(default=1, editable=False)
    member_count = models.PositiveIntegerField(_("people"), default=0, editable=False)
    refreshed_at = models.DateTimeField(_("looked through"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    updated_at = models.DateTimeField(_("changed"), editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "slug"], condition=Q(archived_at=None),
                                    name="segment_slug_once"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["organisation", "mode", "-created_at", "-id"], name="segment_latest",
                         condition=Q(archived_at=None)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def is_dynamic(self) -> bool:
        return self.kind == SegmentKind.DYNAMIC


class SegmentMember(TenantModel):
    """Somebody's time in a segment: open until they leave. Closed ones are the history and never change."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    segment = TenantForeignKey(Segment, on_delete=models.CASCADE, related_name="members")
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="segments")
    entered_at = models.DateTimeField(_("entered"), editable=False)
    left_at = models.DateTimeField(_("left"), null=True, editable=False)

    class Meta:
        verbose_name = _("person in a segment")
        verbose_name_plural = _("people in segments")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "segment", "contact"], condition=Q(left_at=None),
                                    name="segment_member_once"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["organisation", "mode", "segment", "-entered_at", "-id"],
                         name="segment_member_latest"),
            models.Index(fields=["organisation", "mode", "contact", "-entered_at"], name="segment_member_of"),
        ]  # fmt: skip

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import Contact
from crm.contacts.models.identity import ADDRESSES
from crm.kernel.ids import new_id
from crm.kernel.merging.records import KeptRow, MatchKeyRecord, MergeRecord, PairRecord
from crm.kernel.tenancy import TenantForeignKey, TenantModel, TenantOneToOneField


class Merge(MergeRecord):
    """People who turned out to be one."""

    winner = TenantForeignKey(Contact, on_delete=models.PROTECT, related_name="merges", verbose_name=_("winner"))

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        indexes = [models.Index(fields=["organisation", "mode", "-merged_at", "-id"], name="merge_latest")]


class MergedContact(TenantModel):
    """Where a person went who was merged into another. `into` follows the other when that one is merged, too."""

    contact = TenantOneToOneField(Contact, on_delete=models.PROTECT, primary_key=True, related_name="merged")
    into = TenantForeignKey(Contact, on_delete=models.PROTECT, related_name="absorbed")
    merge = TenantForeignKey(Merge, on_delete=models.PROTECT, related_name="losers")


class MergedRow(KeptRow):
    """A row that a merge of people touched."""

    merge = TenantForeignKey(Merge, on_delete=models.CASCADE, related_name="rows")

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "mode", "merge", "step", "model", "key"], name="merged_row_step")
        ]


class KeptAddress(TenantModel):
    """An e-mail address or phone that somebody has besides their own: those of whom was merged into them. Nobody signs
    in with it and nothing is sent to it; it tells a duplicate when it comes up again.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(_("kind"), max_length=5, choices=ADDRESSES)
    value = models.CharField(_("address"), max_length=254)
    key = models.CharField(max_length=254, editable=False)
    created_at = models.DateTimeField(_("since"), editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.value


class FurtherAddress(KeptAddress):
    """An address of somebody who was merged into a contact."""

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="further_addresses")

    class Meta:
        verbose_name = _("further address")
        verbose_name_plural = _("further addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "contact", "channel", "key"], name="further_address_once"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "mode", "channel", "key"], name="further_address_by_key")]


class MatchKey(MatchKeyRecord):
    """What a contact is looked for by."""

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="match_keys")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "key", "contact"], name="match_key_once"),
        ]


class DuplicatePair(PairRecord):
    """Two contacts who may be one."""

    first = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    second = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="duplicate_pair_in_order"),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "state", "-score", "-id"], name="duplicate_pair_worst"),
        ]

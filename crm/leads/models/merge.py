from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import KeptAddress
from crm.kernel.merging.records import KeptRow, MatchKeyRecord, MergeRecord, PairRecord
from crm.kernel.tenancy import TenantForeignKey, TenantModel, TenantOneToOneField
from crm.leads.models.lead import Lead


class LeadMerge(MergeRecord):
    """Leads who turned out to be one."""

    winner = TenantForeignKey(Lead, on_delete=models.PROTECT, related_name="merges", verbose_name=_("winner"))

    class Meta:
        verbose_name = _("merge of leads")
        verbose_name_plural = _("merges of leads")
        indexes = [models.Index(fields=["organisation", "mode", "-merged_at", "-id"], name="lead_merge_latest")]


class MergedLead(TenantModel):
    """Where a lead went who was merged into another. `into` follows the other when that one is merged, too."""

    lead = TenantOneToOneField(Lead, on_delete=models.PROTECT, primary_key=True, related_name="merged")
    into = TenantForeignKey(Lead, on_delete=models.PROTECT, related_name="absorbed")
    merge = TenantForeignKey(LeadMerge, on_delete=models.PROTECT, related_name="losers")


class MergedLeadRow(KeptRow):
    """A row that a merge of leads touched."""

    merge = TenantForeignKey(LeadMerge, on_delete=models.CASCADE, related_name="rows")

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "mode", "merge", "step", "model", "key"], name="merged_lead_row_step")
        ]


class FurtherLeadAddress(KeptAddress):
    """An address of a lead who was merged into another."""

    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="further_addresses")

    class Meta:
        verbose_name = _("further address of a lead")
        verbose_name_plural = _("further addresses of leads")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "lead", "channel", "key"], name="further_lead_address_once"
            ),
        ]


class LeadMatchKey(MatchKeyRecord):
    """What a lead is looked for by."""

    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="match_keys")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "key", "lead"], name="lead_match_key_once"),
        ]


class LeadPair(PairRecord):
    """Two leads who may be one."""

    first = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="+")
    second = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("possible duplicate among leads")
        verbose_name_plural = _("possible duplicates among leads")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "first", "second"], name="lead_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="lead_pair_in_order"),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "state", "-score", "-id"], name="lead_pair_worst"),
        ]

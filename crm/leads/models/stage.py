from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.leads.models.lead import Lead, Stage


class StageChange(TenantModel):
    """When a lead came from one stage into another; the time between two of them is the time in a stage."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="stage_changes")
    from_status = models.CharField(_("from"), max_length=11, choices=Stage.choices, blank=True)
    to_status = models.CharField(_("to"), max_length=11, choices=Stage.choices)
    # How long the lead stood in the stage it left.
    seconds = models.BigIntegerField(_("after"), default=0)
    changed_at = models.DateTimeField(_("when"), editable=False)

    class Meta:
        verbose_name = _("change of stage")
        verbose_name_plural = _("changes of stage")
        indexes = [
            models.Index(fields=["organisation", "mode", "lead", "changed_at"], name="stage_change_of_lead"),
            models.Index(fields=["organisation", "mode", "to_status", "changed_at"], name="stage_change_by_stage"),
        ]

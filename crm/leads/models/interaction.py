from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.kernel.clock import WITHIN_REASON
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.leads.models.lead import LONGEST_NOTES, Lead

# Who noted what a sequence wrote to a lead: it says nothing of what the lead did.
SEQUENCES = "run_sequences"


class InteractionType(models.TextChoices):
    CALL = "call", _("Call")
    EMAIL = "email", _("E-mail")
    MEETING = "meeting", _("Meeting")
    NOTE = "note", _("Note")


class LeadInteraction(TenantModel):
    """What was said with a lead, and what is to be done next and when. A note is no contact with them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="interactions")
    type = models.CharField(_("kind"), max_length=7, choices=InteractionType.choices)
    notes = models.TextField(_("notes"), blank=True, validators=[MaxLengthValidator(LONGEST_NOTES)])
    next_action = models.CharField(_("next action"), max_length=200, blank=True)
    next_action_date = models.DateTimeField(_("due"), null=True, blank=True, validators=WITHIN_REASON)
    next_action_done_at = models.DateTimeField(_("done"), null=True, editable=False)
    actor_kind = models.CharField(max_length=10, editable=False)
    actor_id = models.CharField(max_length=50, editable=False)
    created_at = models.DateTimeField(_("when"), editable=False)
    updated_at = models.DateTimeField(_("changed"), editable=False)

    class Meta:
        verbose_name = _("interaction with a lead")
        verbose_name_plural = _("interactions with leads")
        indexes = [
            models.Index(fields=["organisation", "mode", "lead", "-created_at", "-id"], name="lead_interaction_latest"),
            models.Index(fields=["organisation", "mode", "next_action_date"], name="lead_next_action",
                         condition=Q(next_action_done_at=None) & ~Q(next_action_date=None)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_type_display()}, {self.created_at:%Y-%m-%d}"

    @property
    def is_contact(self) -> bool:
        return self.type != InteractionType.NOTE

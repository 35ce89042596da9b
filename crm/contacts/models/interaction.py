from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import Contact
from crm.kernel.clock import WITHIN_REASON
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel

LONGEST_TEXT = 10_000


class InteractionKind(models.TextChoices):
    EMAIL = "email", _("E-mail")
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    SUPPORT = "support", _("Support")
    PURCHASE = "purchase", _("Purchase")
    OTHER = "other", _("Other")


class CustomerInteraction(TenantModel):
    """What happened with a customer, and what is to be done next and by when. `happened_at` may lie in the past.

    `copied_from` is the id of what was noted elsewhere before they were a customer: it is carried over once.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="interactions")
    type = models.CharField(_("kind"), max_length=8, choices=InteractionKind.choices)
    subject = models.CharField(_("subject"), max_length=200)
    happened_at = models.DateTimeField(_("when"), validators=WITHIN_REASON)
    description = models.TextField(_("description"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)])
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)
    next_action = models.CharField(_("next action"), max_length=200, blank=True)
    next_action_date = models.DateTimeField(_("due"), null=True, blank=True, validators=WITHIN_REASON)
    next_action_done_at = models.DateTimeField(_("done"), null=True, editable=False)
    copied_from = models.UUIDField(null=True, editable=False)
    actor_kind = models.CharField(max_length=10, editable=False)
    actor_id = models.CharField(max_length=60, editable=False)
    created_at = models.DateTimeField(_("noted"), editable=False)
    updated_at = models.DateTimeField(_("changed"), editable=False)

    class Meta:
        verbose_name = _("interaction with a customer")
        verbose_name_plural = _("interactions with customers")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "copied_from"], condition=~Q(copied_from=None),
                name="interaction_copied_once",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["organisation", "mode", "contact", "-happened_at", "-id"],
                         name="interaction_latest"),
            models.Index(fields=["organisation", "mode", "next_action_date"], name="customer_next_action",
                         condition=Q(next_action_done_at=None) & ~Q(next_action_date=None)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.subject

    @property
    def is_planned(self) -> bool:
        """Whether something is still to be done next."""
        return self.next_action_done_at is None and bool(self.next_action or self.next_action_date)

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import Contact
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel


class ConsentTopic(models.TextChoices):
    """What somebody decides about; each is the field of the contact that says how it stands."""

    CONSENT = "consent_state", _("Marketing")
    EMAIL = "email_opt_out", _("No marketing by e-mail")
    SMS = "sms_opt_out", _("No marketing by SMS")


class ConsentCause(models.TextChoices):
    WRITTEN = "written", _("written")
    MERGED = "merged", _("a merge: the strictest holds")
    UNMERGED = "unmerged", _("a merge taken apart")


class ConsentEntry(TenantModel):
    """One change of what may be sent to somebody, and the proof of it: who, when, by which way, from where.

    The database lets no entry be changed or deleted (crm/kernel/insert_only.py). It bears ids and no names, so it may
    stand when a person is forgotten; `address` and `agent`, which might tell who they are, may then become empty.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = TenantForeignKey(Contact, on_delete=models.PROTECT, related_name="consent_entries")
    topic = models.CharField(_("about"), max_length=13, choices=ConsentTopic.choices)
    before = models.CharField(_("before"), max_length=9)
    after = models.CharField(_("after"), max_length=9)
    cause = models.CharField(_("because of"), max_length=8, choices=ConsentCause.choices)
    decided_at = models.DateTimeField(_("when"))
    actor_kind = models.CharField(_("kind of actor"), max_length=10)
    actor_id = models.CharField(_("actor"), max_length=60)
    surface = models.CharField(_("came by"), max_length=20, blank=True)
    address = models.CharField(_("from address"), max_length=45, blank=True)
    agent = models.CharField(_("with"), max_length=200, blank=True)
    wording = models.CharField(_("text shown"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("consent entry")
        verbose_name_plural = _("consent entries")
        indexes = [
            models.Index(
                fields=["organisation", "mode", "contact", "-decided_at", "-id"], name="consent_entry_of_contact"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()}: {self.before} → {self.after}"

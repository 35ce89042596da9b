from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Contact
from crm.contacts.models.contact import Source
from crm.kernel.tenancy import TenantForeignKey, TenantModel


class Listing(TenantModel):
    """A list of contacts that one campaign will use. Its number is part of a public address, so it never changes."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    created_at = models.DateTimeField(_("created"), editable=False)

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "name"], name="listing_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ListingEntry(TenantModel):
    """A contact's place in a listing. It has no name or address of its own: it shows its contact's."""

    id = models.BigAutoField(primary_key=True)
    listing = TenantForeignKey(Listing, on_delete=models.PROTECT, related_name="entries")
    contact = TenantForeignKey(Contact, on_delete=models.PROTECT, related_name="listing_entries")
    source = models.CharField(_("source"), max_length=6, choices=Source.choices, default=Source.API)
    ip_address = models.GenericIPAddressField(_("address of the caller"), null=True)
    created_at = models.DateTimeField(_("added"), editable=False)
    ended_at = models.DateTimeField(_("removed"), null=True, editable=False)

    class Meta:
        verbose_name = _("listing entry")
        verbose_name_plural = _("listing entries")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "listing", "contact"],
                condition=Q(ended_at=None),
                name="listing_entry_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "mode", "listing", "-id"], name="listing_entry_latest",
                condition=Q(ended_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.contact)

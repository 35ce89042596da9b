from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.admin.base import PlaceAdmin
from crm.campaigns.models import Listing, ListingEntry
from crm.campaigns.selectors import listings
from crm.campaigns.services import open_listing
from crm.kernel.lookups import found_by


@admin.register(Listing)
class ListingPage(PlaceAdmin):
    resource = "crm:listings"
    about = "listing"
    can_add = True
    list_display = ("name", "number", "size", "created_at")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return listings().annotate(size=Count("entries", filter=Q(entries__ended_at=None)))

    @display(description=_("Number in the API"), ordering="id")
    def number(self, listing: Listing) -> int:
        return listing.pk

    @display(description=_("Contacts"), ordering="size")
    def size(self, listing: Any) -> str:
        entries = reverse("admin:campaigns_listingentry_changelist")
        return format_html(
            '<a class="rp-link" href="{}?listing__id__exact={}">{}</a>', entries, listing.pk, listing.size
        )

    def write(self, form: Any, obj: Listing, *, change: bool) -> Listing:
        return open_listing(name=form.cleaned_data["name"])


@admin.register(ListingEntry)
class ListingEntryPage(PlaceAdmin):
    """Who is in which listing; entries come and go through the API."""

    resource = "crm:listings"
    list_display = ("contact", "listing", "source", "created_at")
    list_filter = ("listing", "source")
    list_select_related = ("contact", "listing")
    search_fields = ("contact__name",)
    ordering = ("-id",)
    fields = ("listing", "contact", "source", "ip_address", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return ListingEntry.objects.filter(ended_at=None)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        return found_by(queryset, search_term, path="contact__"), False

"""Mounted at /crm/, without a slash at the end (s3)."""

from django.urls import path

from backoffice.listings.entries import EntryViewSet

urlpatterns = [
    path(
        "<str:listing_id>",
        EntryViewSet.as_view({"get": "list", "post": "create", "put": "update", "delete": "destroy"}),
    ),
]

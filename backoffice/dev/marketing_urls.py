"""Mounted at /dev/marketing/ and at /v1/dev/marketing/ alike. Ids are UUIDs (s4 §4, §6, 1)."""

from django.urls import path

from backoffice.dev.campaigns import CampaignViewSet

urlpatterns = [
    path("campaigns", CampaignViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "campaigns/<uuid:campaign_id>",
        CampaignViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
]

"""Mounted at /dev/crm/ and at /v1/dev/crm/ alike. Fixed words come before ids, and ids are UUIDs (s4 §6, 1)."""

from django.urls import path

from backoffice.dev.customers import CustomerViewSet

urlpatterns = [
    path("customers", CustomerViewSet.as_view({"get": "list", "post": "create"})),
    path("customers/export", CustomerViewSet.as_view({"get": "export"})),
    path(
        "customers/<uuid:customer_id>",
        CustomerViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
]

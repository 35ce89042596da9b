"""Mounted at /v1/ and at /api/v1/ alike (s0 §1)."""

from django.urls import path

from backoffice.v1.customers import CustomerViewSet

urlpatterns = [
    path("customers", CustomerViewSet.as_view({"get": "list", "post": "create"})),
    # Before the ids: nobody is called "me".
    path("customers/me", CustomerViewSet.as_view({"get": "me"})),
    path(
        "customers/<str:customer_id>",
        CustomerViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
]

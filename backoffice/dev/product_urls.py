"""Mounted at /dev/ and at /v1/dev/ alike. Ids are UUIDs (s4 §4, §6, 1)."""

from django.urls import path

from backoffice.dev.products import ProductViewSet

urlpatterns = [
    path("products", ProductViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "products/<uuid:product_id>",
        ProductViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
]

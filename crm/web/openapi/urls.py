"""`/docs/<surface>/`: a Swagger page with local assets, and the OpenAPI document beside it."""

from collections.abc import Mapping
from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView

from crm.web.dialects import DIALECTS, Dialect
from crm.web.openapi.schema import SECURITY_SCHEMES


def settings_of(dialect: Dialect) -> dict[str, Any]:
    """The document's head. Only the credentials that this dialect takes are described."""
    return {
        "TITLE": dialect.title,
        "DESCRIPTION": dialect.summary,
        "VERSION": "1.0.0",
        "APPEND_COMPONENTS": {"securitySchemes": SECURITY_SCHEMES},
        "SCHEMA_PATH_PREFIX": "",
    }


def document_urls(patterns: Mapping[str, list[Any]]) -> list[URLPattern]:
    """Routes of all documents. `patterns` holds each surface's routes, mounted once, by dialect name."""
    routes: list[URLPattern] = []
    for dialect in DIALECTS:
        name = dialect.name
        schema = SpectacularJSONAPIView.as_view(urlconf=patterns[name], custom_settings=settings_of(dialect))
        page = SpectacularSwaggerView.as_view(url_name=f"openapi-{name}", title=dialect.title)
        routes.append(path(f"{name}/openapi.json", schema, name=f"openapi-{name}"))
        routes.append(path(f"{name}/", page, name=f"docs-{name}"))
    return routes

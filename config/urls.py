"""Every address of the product. Which surface is mounted where stands in one table."""

from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from crm.web import failures, health, pages
from crm.web.dialects import DIALECTS
from crm.web.openapi.urls import document_urls

# By dialect: where its routes are mounted, and where they live. The documents show the first mount of each.
SURFACES: dict[str, list[tuple[str, str]]] = {
    "dev": [("dev/crm/", "backoffice.dev.urls"), ("v1/dev/crm/", "backoffice.dev.urls")],
    "v1": [("v1/", "backoffice.v1.urls"), ("api/v1/", "backoffice.v1.urls")],
    "services": [("", "backoffice.services.urls")],
    "self-service": [("self-service/v1/", "selfservice.v1.urls")],
    "listings": [("crm/", "backoffice.listings.urls")],
}
DOCUMENTED: dict[str, list[Any]] = {
    name: [path(mounts[0][0], include(mounts[0][1]))] for name, mounts in SURFACES.items()
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("docs/", pages.documents, name="documents"),
    path("docs/", include(document_urls(DOCUMENTED))),
    path("admin/", admin.site.urls),
    *(path(mount, include(module)) for mounts in SURFACES.values() for mount, module in mounts),
    # What no route took, under any prefix of any dialect.
    *(re_path(rf"^{prefix.lstrip('/')}(?:/.*)?$", failures.unknown_path) for d in DIALECTS for prefix in d.prefixes),
]

"""Every address of the product. Which surface is mounted where stands in one table."""

from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from crm.web import failures, health, metrics, pages
from crm.web.dialects import DIALECTS
from crm.web.openapi.urls import document_urls

# By dialect: where its routes are mounted, and where they live. The documents show the first mount of each module.
SURFACES: dict[str, list[tuple[str, str]]] = {
    "dev": [
        ("dev/crm/", "backoffice.dev.urls"), ("v1/dev/crm/", "backoffice.dev.urls"),
        ("dev/marketing/", "backoffice.dev.marketing_urls"), ("v1/dev/marketing/", "backoffice.dev.marketing_urls"),
        ("dev/", "backoffice.dev.product_urls"), ("v1/dev/", "backoffice.dev.product_urls"),
    ],
    "v1": [("v1/", "backoffice.v1.urls"), ("api/v1/", "backoffice.v1.urls")],
    "services": [("", "backoffice.services.urls")],
    "self-service": [("self-service/v1/", "selfservice.v1.urls")],
    "listings": [("crm/", "backoffice.listings.urls")],
}  # fmt: skip
DOCUMENTED: dict[str, list[Any]] = {
    name: [path(mount, include(module)) for module, mount in {m: at for at, m in reversed(mounts)}.items()]
    for name, mounts in SURFACES.items()
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("docs/", pages.documents, name="documents"),
    path("docs/", include(document_urls(DOCUMENTED))),
    path("admin/", admin.site.urls),
    path("portal/", include("selfservice.portal.urls")),
    *(path(mount, include(module)) for mounts in SURFACES.values() for mount, module in mounts),
    # What no route took, under any prefix of any dialect.
    *(re_path(rf"^{prefix.lstrip('/')}(?:/.*)?$", failures.unknown_path) for d in DIALECTS for prefix in d.prefixes),
]

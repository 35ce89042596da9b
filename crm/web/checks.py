"""System checks: what must hold before anything is served."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from crm.web.failures import unknown_path
from crm.web.viewset import DialectViewSet

# Addresses that are no API of a surface, with the reason why they need no grant.
OPEN_ADDRESSES = {
    "": "the page that leads everywhere",
    "healthz": "is the process up: tells nothing",
    "readyz": "is each part up: names parts only",
    "metrics": "lets in the operator, and who is on this machine",
    "docs/": "the API documents are public",
    "admin/": "the back office asks for its own sign-in and roles",
    "portal/": "a signed link is its own credential, and opens nothing but what it names",
    "static/": "files of ours that hold nothing secret",
}


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every route as `(pattern, view)`."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback


def is_open(pattern: str) -> bool:
    return any(pattern == start or (start.endswith("/") and pattern.startswith(start)) for start in OPEN_ADDRESSES)


@register
def every_route_has_a_grant(**_kwargs: Any) -> list[Error]:
    """A route that declares no audience and scope is an error, and errors stop the start (reliability T4)."""
    return [
        Error(f"The route {pattern!r} declares no grant.", id="rapport.E001")
        for pattern, view in routes()
        if view is not unknown_path
        and not is_open(pattern)
        and not issubclass(getattr(view, "cls", object), DialectViewSet)
    ]

"""Which other websites may show a form of ours in a frame, or send it from a page of their own."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


def may_send(request: HttpRequest, origins: Sequence[str]) -> bool:
    """Whether a browser may send from the page it is on; what is no browser names no origin."""
    origin = request.headers.get("Origin", "")
    return not origin or not origins or origin in origins or origin in _own_origins(request)


def for_its_pages(request: HttpRequest, response: HttpResponse, origins: Sequence[str]) -> HttpResponse:
    """Let pages of `origins` show the answer in a frame and scripts of theirs read it; of all, where none is named."""
    frames = " ".join(["'self'", *origins]) if origins else "*"
    response.xframe_options_exempt = True
    response["Content-Security-Policy"] = f"frame-ancestors {frames}"
    # Without a referrer, browsers would not tell that our own page was sent by our own page.
    response["Referrer-Policy"] = "same-origin"
    patch_vary_headers(response, ["Origin"])
    origin = request.headers.get("Origin", "")
    if origin and (not origins or origin in origins):
        response["Access-Control-Allow-Origin"] = origin if origins else "*"
        response["Access-Control-Allow-Methods"] = "GET, POST"
        response["Access-Control-Allow-Headers"] = "Accept, Content-Type"
        response["Access-Control-Expose-Headers"] = "Retry-After"
        response["Access-Control-Max-Age"] = "600"
    return response


def _own_origins(request: HttpRequest) -> set[str]:
    base = urlsplit(settings.BASE_URL)
    return {f"{request.scheme}://{request.get_host()}", f"{base.scheme}://{base.netloc}"}

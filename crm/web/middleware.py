"""What surrounds every request: its id, its one line in the log, its caller's address, and errors outside any view."""

import ipaddress
import re
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from crm.kernel.ids import new_id
from crm.web.counting import count_answer
from crm.web.dialects import dialect_of
from crm.web.failures import failure_response
from crm.web.problems import problem_from, problem_with_status

log = structlog.get_logger("rapport.request")

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
Handler = Callable[[HttpRequest], HttpResponseBase]


class RequestLog:
    """Gives each request an id, keeps the one a caller sends, and logs one line that names no person."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _GIVEN_ID.fullmatch(given) else str(new_id())
        request.request_id = request_id  # type: ignore[attr-defined]
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            response["X-Request-Id"] = request_id
            _log_line(request, response, time.perf_counter() - started)
            count_answer(request.path_info, response.status_code)
        return response


def _log_line(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    match, actor = request.resolver_match, getattr(request, "rapport_caller", None)
    log.info(
        "request",
        method=request.method,
        route=match.route if match else None,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        actor=f"{actor.kind}:{actor.id}" if actor else None,
    )


class CallerAddress:
    """Makes REMOTE_ADDR the caller's address. Forwarding headers count only when a listed proxy sent them.

    The first address from the right that is no listed proxy is the caller; what stands further left is whatever the
    caller wrote (reliability A9).
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.proxies = [ipaddress.ip_network(name) for name in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        request.was_forwarded = bool(forwarded or "HTTP_X_FORWARDED_PROTO" in request.META)  # type: ignore[attr-defined]
        if not self._is_proxy(request.META.get("REMOTE_ADDR", "")):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        else:
            request.META["REMOTE_ADDR"] = self._caller(forwarded) or request.META["REMOTE_ADDR"]
        return self.get_response(request)

    def _caller(self, forwarded: str) -> str:
        """The caller's address among the hops; empty when the nearest hop names none."""
        caller = ""
        for hop in reversed(forwarded.split(",")):
            address = _address_in(hop)
            if not address:
                break
            caller = address
            if not self._is_proxy(address):
                break
        return caller

    def _is_proxy(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.proxies)


def _address_in(hop: str) -> str:
    """The IP address of one hop, which may be written with a port; empty for whatever else stands there."""
    text = hop.strip()
    text = text[1:].partition("]")[0] if text.startswith("[") else text
    text = text.partition(":")[0] if text.count(":") == 1 else text
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


class SurfaceErrors:
    """Under an API's prefix, faults outside any view are told in that API's own shape, not on Django's pages."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        dialect = dialect_of(request.path_info)
        if dialect is None or response.status_code < 400 or getattr(response, "is_from_view", False):
            return response
        return failure_response(dialect, problem_with_status(response.status_code))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        dialect = dialect_of(request.path_info)
        return failure_response(dialect, problem_from(exception)) if dialect else None

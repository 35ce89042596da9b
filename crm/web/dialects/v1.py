"""S0, the SBM CRM /v1 API: `{"data": …}`, `{"data": […], "pagination": {…}}`, `{"error": {code, message, details}}`."""

from typing import Any

from crm.web.dialects.base import Dialect, Page
from crm.web.problems import Kind, Problem

_CODES = {
    Kind.INVALID: "INVALID_REQUEST",
    Kind.DUPLICATE: "INVALID_REQUEST",
    Kind.UNAUTHENTICATED: "UNAUTHORIZED",
    Kind.FORBIDDEN: "FORBIDDEN",
    Kind.INSECURE: "FORBIDDEN",
    Kind.NOT_FOUND: "NOT_FOUND",
    Kind.METHOD_NOT_ALLOWED: "METHOD_NOT_ALLOWED",
    Kind.NOT_ACCEPTABLE: "INVALID_REQUEST",
    Kind.CONFLICT: "CONFLICT",
    Kind.MISMATCH: "INVALID_REQUEST",
    Kind.PAYLOAD_TOO_LARGE: "PAYLOAD_TOO_LARGE",
    Kind.UNSUPPORTED_MEDIA_TYPE: "INVALID_REQUEST",
    Kind.THROTTLED: "RATE_LIMIT_EXCEEDED",
    Kind.INTERNAL: "INTERNAL_ERROR",
    Kind.UNAVAILABLE: "SERVICE_UNAVAILABLE",
}


class V1(Dialect):
    """Source: s0 §1 to §5."""

    name = "v1"
    title = "SBM CRM API"
    summary = "Customers, points, campaigns and notifications for shops and integrations."
    prefixes = ("/v1", "/api/v1")
    credential_headers = (("Authorization", "X-API-Key"),)
    bracket_filters = True
    bare_filters = frozenset({"search", "date_from", "date_to"})
    # The document lists neither 409 for duplicates nor 415.
    statuses = {Kind.DUPLICATE: 400, Kind.UNSUPPORTED_MEDIA_TYPE: 400}

    def success(self, data: Any, status: int) -> Any:
        return {"data": data}

    def page(self, page: Page) -> Any:
        return {
            "data": page.items,
            "pagination": {
                "page": page.number,
                "limit": page.size,
                "total": page.total,
                "total_pages": page.total_pages,
                "has_next": page.number < page.total_pages,
                "has_prev": page.number > 1,
            },
        }

    def failure(self, problem: Problem) -> Any:
        error: dict[str, Any] = {"code": _CODES[problem.kind], "message": problem.message}
        if problem.details:
            error["details"] = [{"field": item.field, "message": str(item.message)} for item in problem.details]
        return {"error": error}

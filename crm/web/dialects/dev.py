"""S4, /dev/crm: `{"data": …}`, `{"data": […], "pagination": {total, page, limit}}`, errors `{"message", "errors"}`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm.web.dialects.base import JSON, MULTIPART, Dialect, Page
from crm.web.problems import Kind, Problem

# The document's own sentences (s4 §1).
_SENTENCES = {
    Kind.INVALID: "Invalid request parameters",
    Kind.UNAUTHENTICATED: "Invalid or missing API key",
    Kind.NOT_FOUND: "Resource not found",
    Kind.DUPLICATE: "Resource already exists",
    Kind.INTERNAL: "Internal server error",
}


@dataclass(frozen=True, slots=True)
class Done:
    """What is said of a deed that leaves no record to show."""

    message: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a list that is read backwards: `before` is where it goes on, None at its end. Nobody counts it."""

    items: Sequence[Any]
    limit: int
    before: str | None


class DevCrm(Dialect):
    """Source: s4 §1. `errors` says more where there is more to say than the document's sentence."""

    name = "dev"
    title = "CRM API (/dev/crm)"
    summary = "Leads, customers, orders, feedback and reports."
    prefixes = ("/v1/dev", "/dev")
    body_types = (JSON, MULTIPART)
    default_size = 10

    def success(self, data: Any, status: int) -> Any:
        if isinstance(data, Stretch):
            return {"data": data.items, "pagination": {"limit": data.limit, "before": data.before}}
        return {"success": True, "message": data.message} if isinstance(data, Done) else {"data": data}

    def page(self, page: Page) -> Any:
        return {
            "data": page.items,
            "pagination": {"total": page.total, "page": page.number, "limit": page.size},
        }

    def failure(self, problem: Problem) -> Any:
        if problem.kind is Kind.INVALID and not problem.details:
            return {"message": problem.message}
        body: dict[str, Any] = {"message": _SENTENCES.get(problem.kind, problem.message), **problem.told}
        if problem.details:
            body["errors"] = [{"field": item.field, "message": str(item.message)} for item in problem.details]
        return body

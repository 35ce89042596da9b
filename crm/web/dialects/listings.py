"""S3, the BOTW CRM endpoint: `status` and `message` in every answer, `data.results` in a list."""

from datetime import datetime
from typing import Any

from crm.web.dialects.base import FORM, JSON, Dialect, Page
from crm.web.problems import Kind, Problem

# The documents' own sentences; the one of a true create says "updated" there too (s3 §7).
_DONE = {
    200: "Contact successfully updated.",
    201: "New contact successfully updated.",
    202: "Contact deleted successfully.",
}


class Listings(Dialect):
    """Source: s3, the whole page. There is room for one sentence only, so it names field and reason."""

    name = "listings"
    title = "BOTW CRM API"
    summary = "Contacts of one listing: add, change, remove, find."
    prefixes = ("/crm",)
    body_types = (FORM, JSON)
    refuses_unknown_fields = False
    default_size = 500
    largest_size = 500
    cuts_size = True
    counts = False
    # The document knows no 401, no 409 and no 415 (s3 §7, §9, §25).
    statuses = {Kind.UNAUTHENTICATED: 403, Kind.DUPLICATE: 400, Kind.CONFLICT: 400, Kind.UNSUPPORTED_MEDIA_TYPE: 400}

    def success(self, data: Any, status: int) -> Any:
        return {"status": "success", "message": _DONE[status]}

    def page(self, page: Page) -> Any:
        return {
            "status": "success",
            "message": f"{len(page.items)} record(s) found.",
            "data": {"results": page.items},
        }

    def failure(self, problem: Problem) -> Any:
        complaints = [f"{item.field}: {item.message}" for item in problem.details]
        return {"status": "error", "message": " ".join(complaints) or problem.message}

    def moment(self, value: datetime) -> Any:
        """UTC, to the second."""
        return f"{value:%Y-%m-%d %H:%M:%S}"

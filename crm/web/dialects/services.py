"""S1, the five SBM CRM services: `{"statusCode", "data"}`, lists with `meta`, errors with `data.errors`."""

from typing import Any

from crm.web.dialects.base import JSON, MULTIPART, Dialect, Page, SortStyle
from crm.web.problems import Kind, Problem


class Services(Dialect):
    """Source: s1 §1."""

    name = "services"
    title = "SBM CRM services"
    summary = "Sign-in, points, rewards, tiers and notifications, for staff and members."
    prefixes = ("/auth/api", "/point/api", "/reward/api", "/cluster/api", "/notification/api")
    credential_headers = (("Authorization",), ("api_key",))
    body_types = (JSON, MULTIPART)
    default_size = 10
    sort_style = SortStyle(by="sortBy", direction="sortOrder", default_direction="desc")
    statuses = {Kind.DUPLICATE: 400}

    def success(self, data: Any, status: int) -> Any:
        return {"statusCode": status, "data": data}

    def page(self, page: Page) -> Any:
        meta = {"page": page.number, "limit": page.size, "total": page.total, "totalPages": page.total_pages}
        return {"statusCode": 200, "data": {"meta": meta, "data": page.items}}

    def failure(self, problem: Problem) -> Any:
        body: dict[str, Any] = {"message": problem.message}
        if problem.details:
            body["errors"] = [{"field": item.field, "message": str(item.message)} for item in problem.details]
        return {"statusCode": self.status_of(problem), "data": body}

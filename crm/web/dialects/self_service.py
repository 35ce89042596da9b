"""S2, CRM.COM Self Service: bare answers, `{"content", "paging"}`, errors with `CRM.EXCEPTIONS.*` and parameters."""

from datetime import datetime
from typing import Any

from crm.web.dialects.base import FORM, JSON, Dialect, Page, SortStyle
from crm.web.problems import Kind, Problem

_EXCEPTIONS = {
    Kind.INVALID: "INVALIDPARAMETER",
    Kind.UNAUTHENTICATED: "UNAUTHORIZED",
    Kind.FORBIDDEN: "FORBIDDEN",
    Kind.INSECURE: "FORBIDDEN",
    Kind.NOT_FOUND: "NOTFOUND",
    Kind.METHOD_NOT_ALLOWED: "METHODNOTALLOWED",
    Kind.NOT_ACCEPTABLE: "INVALIDPARAMETER",
    Kind.CONFLICT: "INVALIDPARAMETER",
    Kind.MISMATCH: "INVALIDPARAMETER",
    Kind.DUPLICATE: "DUPLICATE",
    Kind.PAYLOAD_TOO_LARGE: "PAYLOADTOOLARGE",
    Kind.UNSUPPORTED_MEDIA_TYPE: "INVALIDPARAMETER",
    Kind.THROTTLED: "TOOMANYREQUESTS",
    Kind.INTERNAL: "INTERNALSERVER",
    Kind.UNAVAILABLE: "SERVICEUNAVAILABLE",
}
# Words of the document for single errors of the domain, by their code.
_WORDS = {
    "wrong_sign_in": "INVALIDCREDENTIALS", "wrong_code": "INVALIDCREDENTIALS", "token_refused": "INVALIDCREDENTIALS",
    "code_expired": "OTPEXPIRED", "device_elsewhere": "CLIENTALREADYAUTHORIZED", "nothing_to_print": "NOTFOUND",
    "unknown_organisation": "NOTFOUND", "unknown_account": "NOTFOUND", "payment_details_missing": "MANDATORYPARAMETER",
}  # fmt: skip


class SelfService(Dialect):
    """Source: s2 §A. A parameter names a field, and its complaint stands in the message."""

    name = "self-service"
    title = "CRM.COM Self Service API"
    summary = "What members do themselves, from an app or a portal."
    prefixes = ("/self-service/v1",)
    # Three spellings of a token are in the document; the application's key counts where there is none of them.
    credential_headers = (("Authorization", "auth_token"), ("api_key",))
    takes_bare_tokens = True
    body_types = (JSON, FORM)
    refuses_unknown_fields = False
    size_parameter = "size"
    default_size = 10
    cuts_size = True
    sort_style = SortStyle(by="sort", direction="order", default_direction="desc")
    statuses = {Kind.DUPLICATE: 400, Kind.CONFLICT: 400, Kind.UNSUPPORTED_MEDIA_TYPE: 400}

    def success(self, data: Any, status: int) -> Any:
        return data

    def page(self, page: Page) -> Any:
        return {"content": page.items, "paging": {"page": page.number, "size": page.size, "total": page.total}}

    def failure(self, problem: Problem) -> Any:
        word = _WORDS.get(problem.code) or _EXCEPTIONS[problem.kind]
        if problem.kind is Kind.INVALID and any(item.code == "required" for item in problem.details):
            word = "MANDATORYPARAMETER"
        complaints = [f"{item.field}: {item.message}" for item in problem.details]
        return {
            "status": self.status_of(problem),
            "message": " ".join(complaints) or problem.message,
            "error": f"CRM.EXCEPTIONS.{word}EXCEPTION",
            "parameters": [item.field for item in problem.details],
        }

    def moment(self, value: datetime) -> Any:
        """Epoch seconds."""
        return int(value.timestamp())

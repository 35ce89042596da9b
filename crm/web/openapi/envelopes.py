"""Schemas of envelopes, read off the envelopes: a dialect is asked to wrap a mark, and the mark becomes the schema."""

from typing import Any

from crm.kernel.errors import Complaint
from crm.web.dialects import Dialect, Page
from crm.web.problems import CRASHED, GENERIC, MISSING, Kind, Problem

_MARK = object()

_EXAMPLES = {
    Kind.INVALID: Problem(Kind.INVALID, GENERIC, (Complaint("email", "Enter a valid email address."),)),
    Kind.UNAUTHENTICATED: Problem(Kind.UNAUTHENTICATED, "Invalid or missing API key."),
    Kind.FORBIDDEN: Problem(Kind.FORBIDDEN, "You do not have permission to do this."),
    Kind.NOT_FOUND: Problem(Kind.NOT_FOUND, MISSING),
    Kind.METHOD_NOT_ALLOWED: Problem(Kind.METHOD_NOT_ALLOWED, 'Method "PUT" not allowed.'),
    Kind.NOT_ACCEPTABLE: Problem(Kind.NOT_ACCEPTABLE, "This API answers in application/json only."),
    Kind.DUPLICATE: Problem(Kind.DUPLICATE, GENERIC, (Complaint("email", "Another person has this email address."),)),
    Kind.PAYLOAD_TOO_LARGE: Problem(Kind.PAYLOAD_TOO_LARGE, "The body is too large."),
    Kind.UNSUPPORTED_MEDIA_TYPE: Problem(Kind.UNSUPPORTED_MEDIA_TYPE, 'Unsupported media type "text/csv" in request.'),
    Kind.CONFLICT: Problem(Kind.CONFLICT, "A request with this Idempotency-Key is still being worked on."),
    Kind.MISMATCH: Problem(Kind.MISMATCH, "This Idempotency-Key was used for another request."),
    Kind.THROTTLED: Problem(Kind.THROTTLED, "Rate limit exceeded. Try again in 12 seconds."),
    Kind.INTERNAL: Problem(Kind.INTERNAL, CRASHED),
    Kind.UNAVAILABLE: Problem(Kind.UNAVAILABLE, "The service is busy. Please try again in a moment."),
}
_READING = (Kind.INVALID, Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.NOT_ACCEPTABLE)
_WRITING = (Kind.DUPLICATE, Kind.PAYLOAD_TOO_LARGE, Kind.UNSUPPORTED_MEDIA_TYPE)
_REPEATING = (Kind.CONFLICT, Kind.MISMATCH)
_ALWAYS = (Kind.THROTTLED, Kind.INTERNAL, Kind.UNAVAILABLE)


def success_schema(dialect: Dialect, status: int, inner: dict[str, Any]) -> dict[str, Any]:
    return schema_of(dialect.success(_MARK, status), inner)


def page_schema(dialect: Dialect, inner: dict[str, Any]) -> dict[str, Any]:
    return schema_of(dialect.page(Page([_MARK], 1, dialect.default_size, 1)), inner)


def failures(dialect: Dialect, *, writes: bool, repeats: bool = False) -> dict[str, Any]:
    """The refusals of an operation by status: schema, and an example for each kind of refusal."""
    by_status: dict[str, Any] = {}
    for kind in (*_READING, *(_WRITING if writes else ()), *(_REPEATING if repeats else ()), *_ALWAYS):
        problem = _EXAMPLES[kind]
        body = dialect.failure(problem)
        entry = by_status.setdefault(
            str(dialect.status_of(problem)),
            {
                "description": problem.message,
                "content": {"application/json": {"schema": schema_of(body, {}), "examples": {}}},
            },
        )
        entry["content"]["application/json"]["examples"][kind.name.lower()] = {"value": body}
    return dict(sorted(by_status.items()))


def schema_of(value: Any, inner: dict[str, Any]) -> dict[str, Any]:
    """The schema of a sample, with the mark standing for `inner`."""
    if value is _MARK:
        return inner
    if isinstance(value, dict):
        return {
            "type": "object",
            "properties": {key: schema_of(item, inner) for key, item in value.items()},
        }
    if isinstance(value, list):
        return {"type": "array", "items": schema_of(value[0], inner) if value else {}}
    names: dict[type, str] = {bool: "boolean", int: "integer", float: "number"}
    return {"type": names.get(type(value), "string")}

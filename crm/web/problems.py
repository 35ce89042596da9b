"""Every failure becomes a `Problem` first; a dialect then says what it looks like on the wire."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions as drf

from crm.kernel import errors
from crm.kernel.errors import Complaint

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 5
# The documents' own words (s0, s2, s3).
GENERIC = "The request is invalid"
MISSING = "Record not found."
CRASHED = "An error occurred on the server while processing the request."


class Kind(Enum):
    """What went wrong, with the status it has unless a dialect's document demands another."""

    INVALID = 400
    UNAUTHENTICATED = 401
    FORBIDDEN = 403
    INSECURE = "403 insecure"
    NOT_FOUND = 404
    METHOD_NOT_ALLOWED = 405
    NOT_ACCEPTABLE = 406
    CONFLICT = 409
    DUPLICATE = "409 duplicate"
    PAYLOAD_TOO_LARGE = 413
    UNSUPPORTED_MEDIA_TYPE = 415
    MISMATCH = 422
    THROTTLED = 429
    INTERNAL = 500
    UNAVAILABLE = 503

    @property
    def status(self) -> int:
        return int(str(self.value)[:3])


@dataclass(frozen=True, slots=True)
class Problem:
    """A failure, told without envelope. `code` is the domain's own word for it, when it has one; `told` is what else
    the caller may know, such as the id of the record that is in the way.
    """

    kind: Kind
    message: str
    details: tuple[Complaint, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)


NOWHERE = Problem(Kind.NOT_FOUND, "There is nothing at this address.")


class ProblemError(Exception):
    """Raised by the kit itself, where no domain error fits."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


_DOMAIN: dict[type[errors.DomainError], Kind] = {
    errors.Invalid: Kind.INVALID,
    errors.NotFound: Kind.NOT_FOUND,
    errors.Duplicate: Kind.DUPLICATE,
    errors.Conflict: Kind.CONFLICT,
    errors.Unauthenticated: Kind.UNAUTHENTICATED,
    errors.Forbidden: Kind.FORBIDDEN,
    errors.Throttled: Kind.THROTTLED,
    errors.Unavailable: Kind.UNAVAILABLE,
}


def problem_from(error: Exception) -> Problem:
    """What `error` is to a caller. Whatever no rule knows is logged with its traceback and tells nothing."""
    for kind, translate in _RULES:
        if isinstance(error, kind):
            return translate(error)
    log.error("request_crashed", exc_info=error)
    return Problem(Kind.INTERNAL, CRASHED)


def problem_with_status(status: int) -> Problem:
    """What a bare status says, for answers that Django itself gave."""
    messages = {400: GENERIC, 403: "You do not have permission to do this.", 404: NOWHERE.message}
    kind = next((kind for kind in Kind if kind.status == status), Kind.INTERNAL)
    return Problem(kind, messages.get(status, CRASHED))


def _domain(error: errors.DomainError) -> Problem:
    kind = _DOMAIN[errors.kind_of(error)]
    waits = kind in (Kind.UNAVAILABLE, Kind.THROTTLED) or "retry_after" in error.data
    headers = {"Retry-After": str(error.data.get("retry_after", RETRY_AFTER_SECONDS))} if waits else {}
    message = GENERIC if error.complaints else str(error.message)
    # Unknown, foreign and deleted records look alike, whoever noticed first.
    shown = MISSING if kind is Kind.NOT_FOUND else message
    told = {name: error.data[name] for name in error.tells if name in error.data}
    return Problem(kind, shown, error.complaints, headers, error.code, told)


def _validation(error: drf.ValidationError) -> Problem:
    return _invalid(*_flattened(error.detail))


def _invalid(*complaints: Complaint) -> Problem:
    return Problem(Kind.INVALID, GENERIC, complaints)


def _flattened(detail: Any, path: str = "") -> list[Complaint]:
    """DRF's nested messages as complaints with dotted paths; those about no field are about the body."""
    if isinstance(detail, Mapping):
        return [
            complaint
            for key, value in detail.items()
            for complaint in _flattened(value, path if key == "non_field_errors" else f"{path}.{key}".lstrip("."))
        ]
    if isinstance(detail, list):
        return [
            complaint
            for index, value in enumerate(detail)
            for complaint in _flattened(value, f"{path}.{index}" if isinstance(value, (dict, list)) else path)
        ]
    return [Complaint(path or "body", str(detail), str(getattr(detail, "code", "")))]


def _plain(kind: Kind, message: str) -> Callable[[Any], Problem]:
    return lambda _error: Problem(kind, message)


def _method_not_allowed(error: drf.MethodNotAllowed) -> Problem:
    return Problem(Kind.METHOD_NOT_ALLOWED, str(error.detail))


def _unavailable(_error: Exception) -> Problem:
    return _domain(errors.Unavailable())


_RULES: list[tuple[type[Exception], Callable[[Any], Problem]]] = [
    (ProblemError, lambda error: error.problem),
    (errors.DomainError, _domain),
    (drf.ValidationError, _validation),
    (drf.ParseError, lambda error: _invalid(Complaint("body", str(error.detail)))),
    (drf.UnsupportedMediaType, lambda error: Problem(Kind.UNSUPPORTED_MEDIA_TYPE, str(error.detail))),
    (drf.MethodNotAllowed, _method_not_allowed),
    (drf.NotAcceptable, _plain(Kind.NOT_ACCEPTABLE, "This API answers in application/json only.")),
    (drf.NotFound, _plain(Kind.NOT_FOUND, MISSING)),
    (Http404, lambda _error: NOWHERE),
    (PermissionDenied, _plain(Kind.FORBIDDEN, "You do not have permission to do this.")),
    (RequestDataTooBig, _plain(Kind.PAYLOAD_TOO_LARGE, "The body is too large.")),
    (SuspiciousOperation, _plain(Kind.INVALID, GENERIC)),
    (OperationalError, _unavailable),
    (InterfaceError, _unavailable),
]

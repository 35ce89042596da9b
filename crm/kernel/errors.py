"""What can go wrong, told without HTTP.

Every domain error is a subclass of one *kind* below and carries a stable `code`, a message and, where one input is to
blame, the field. A surface's dialect decides what a kind looks like on the wire; nothing here knows a status.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Message = str | Promise


@dataclass(frozen=True, slots=True)
class Complaint:
    """One field and what is wrong with it. `field` is the domain's name, with dots into nested values.

    `code` is "required" for what is missing; else it may be empty.
    """

    field: str
    message: Message
    code: str = ""


class DomainError(Exception):
    """The root of the tree. Catch by kind (`NotFound`) or by complaint (`EmailTaken`)."""

    code = "error"
    message: Message = _("Something went wrong.")
    field: str | None = None
    # Which of its data a surface may show beside the message.
    tells: tuple[str, ...] = ()

    def __init__(
        self,
        message: Message | None = None,
        *,
        field: str | None = None,
        complaints: Sequence[Complaint] = (),
        **data: Any,
    ) -> None:
        self.message = message if message is not None else self.message
        self.field = field if field is not None else self.field
        self.data = data
        self.complaints = tuple(complaints) or ((Complaint(self.field, self.message),) if self.field else ())
        super().__init__(str(self.message))


class Invalid(DomainError):
    """Input that cannot be accepted, whoever sends it and whatever the state."""

    code = "invalid"
    message = _("The request is invalid")


class NotFound(DomainError):
    """Unknown, foreign and deleted records alike."""

    code = "not_found"
    message = _("Record not found.")


class Duplicate(DomainError):
    """Something unique is already there."""

    code = "duplicate"
    message = _("This already exists.")


class Conflict(DomainError):
    """Right in itself, but not in the record's present state."""

    code = "conflict"
    message = _("The record's present state does not allow this.")


class Unauthenticated(DomainError):
    """No credentials, or credentials that are no good."""

    code = "unauthenticated"
    message = _("Authentication is required.")


class Forbidden(DomainError):
    """Good credentials that do not reach this far."""

    code = "forbidden"
    message = _("You do not have permission to do this.")


class Throttled(DomainError):
    """Too often in too short a time. `data["retry_after"]` says after how many seconds to come back."""

    code = "throttled"
    message = _("Too many requests. Please wait before the next one.")


class Unavailable(DomainError):
    """The platform cannot do it now; trying again later is safe."""

    code = "unavailable"
    message = _("The service is busy. Please try again in a moment.")


KINDS: tuple[type[DomainError], ...] = (
    Invalid, NotFound, Duplicate, Conflict, Unauthenticated, Forbidden, Throttled, Unavailable,
)  # fmt: skip


def kind_of(error: DomainError) -> type[DomainError]:
    """The kind among `KINDS` that `error` belongs to."""
    return next(kind for kind in KINDS if isinstance(error, kind))

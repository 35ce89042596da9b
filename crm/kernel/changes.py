"""Before and after: what a service changes on a row, in the form the audit trail keeps."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from crm.kernel.errors import Complaint, Invalid


def apply_changes(row: models.Model, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set `values` on the row, unsaved; returns `{field: (before, after)}` for those that differ."""
    changes: dict[str, tuple[Any, Any]] = {}
    for field, after in values.items():
        before = getattr(row, field)
        if before != after:
            setattr(row, field, after)
            changes[field] = (before, after)
    return changes


def check_row(row: models.Model, *, exclude: tuple[str, ...] = ()) -> None:
    """The model's own field validation, as a domain error; uniqueness is the database's business. Raises Invalid."""
    try:
        row.clean_fields(exclude={"organisation", "mode", *exclude})
    except ValidationError as problem:
        complaints = [Complaint(name, text) for name, texts in problem.message_dict.items() for text in texts]
        raise Invalid(complaints=complaints) from None

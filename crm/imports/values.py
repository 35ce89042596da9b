"""Cells as identifiers, numbers, moments and colleagues: what every noun reads the same way."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Invalid
from crm.organisations.selectors import staff_of_organisation


def id_in(texts: Mapping[str, str]) -> str:
    """The record's own id as UUIDs are written, "" without one. Raises Invalid."""
    text = texts.get("id", "")
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        raise Invalid(_("This is not a valid id."), field="id") from None


def number_in(text: str) -> Decimal | None:
    """A finite number; None for everything else."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def moment_in(text: str) -> datetime | None:
    """A date or a date-time, in UTC when it names no zone; None for everything else."""
    try:
        found = parse_datetime(text) or parse_date(text)
    except ValueError:
        return None
    if found is None:
        return None
    moment = found if isinstance(found, datetime) else datetime.combine(found, time.min)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def colleagues() -> dict[str, UUID]:
    """The active staff by id and by e-mail address in lower case."""
    staff = staff_of_organisation().filter(is_active=True).values_list("pk", "user__email")
    return {name: pk for pk, email in staff for name in (str(pk), email.casefold())}


def one_of(known: Mapping[str, UUID], text: str, unknown: type[Invalid]) -> UUID:
    """Whoever or whatever `text` names among `known`. Raises `unknown`."""
    found = known.get(text.casefold())
    if found is None:
        raise unknown
    return found

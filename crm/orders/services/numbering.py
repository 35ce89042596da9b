"""Numbers in series without gaps, such as INV-2026-000123: counted by year, for each organisation and mode."""

from zoneinfo import ZoneInfo

from crm.kernel.clock import now
from crm.orders.models import Numbering, Series
from crm.organisations.models import Organisation


def next_numbers(series: Series, organisation: Organisation, count: int = 1) -> list[str]:
    """The next `count` numbers of the year that it is where the organisation is.

    Whoever asks next waits until this transaction ends: a number is used, or given to the next, never lost. So it is
    asked for last, when nothing else can fail.
    """
    year = now().astimezone(ZoneInfo(organisation.zone)).year
    row = _locked(series, year)
    first, row.last = row.last + 1, row.last + count
    row.save(update_fields=["last"])
    return [f"{series.value}-{year}-{number:06d}" for number in range(first, row.last + 1)]


def _locked(series: Series, year: int) -> Numbering:
    held = Numbering.objects.for_update().filter(series=series, year=year)
    row = held.first()
    if row is None:
        Numbering.objects.bulk_create([Numbering(series=series, year=year)], ignore_conflicts=True)
        row = held.get()
    return row

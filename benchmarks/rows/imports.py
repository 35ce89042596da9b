"""B6: leads from a CSV file, validated, told row by row, with their events, against a bare COPY of the same rows.

The service is called in this process, one chunk after the other as a worker would, each committed. The COPY writes the
very rows that the import has written, into the same table with its indexes; both sides begin with an empty place.
"""

import csv
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.db import connection

from benchmarks.bench import Bench, Reach, Result
from benchmarks.clients import WrongAnswer
from benchmarks.data import ACTOR
from benchmarks.people import person
from crm.imports.models import Import, ImportRow, State
from crm.imports.services import carry_on_import, import_file
from crm.kernel.entrances import scope_for
from crm.leads.models import Lead

FEW, MANY = 10_000, 100_000
AT_ONCE = 5_000
COLUMNS = ("name", "email", "phone", "company", "source", "score")
_STATUS, _PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of both sides, and how far the memory of this process rose, in MB."""

    ours: float
    floor: float
    rise: float


def measure(bench: Bench) -> Iterator[Result]:
    """Raises WrongAnswer."""
    few, many = (_run(bench, rows) for rows in (FEW, MANY))
    ratio = many.floor / many.ours
    yield Result(
        row="B6",
        work=f"import of {MANY:,} leads",
        ours=f"{MANY / many.ours:,.0f} rows/s",
        floor=f"{MANY / many.floor:,.0f} rows/s",
        ratio=f"{ratio:.2f}",
        growth=f"{few.rise:.0f} → {many.rise:.0f} MB",
        reaches=[
            Reach("of COPY", ratio, 0.35, at_least=True),
            Reach("above idle", many.rise, 60, unit=" MB"),
        ],
        figures={"10,000": [few.ours, few.floor, few.rise], "100,000": [many.ours, many.floor, many.rise]},
    )


def _run(bench: Bench, rows: int) -> Run:
    file = _file(rows)
    with scope_for(bench.places[0].tenant, ACTOR):
        _clear()
        _PEAK.write_text("5")
        idle, started = _memory("VmRSS"), time.monotonic()
        _import(file, rows)
        ours, rise = time.monotonic() - started, _memory("VmHWM") - idle
        kept = _copied_out()
        _clear()
        floor = _copied_in(kept)
        _clear()
    return Run(ours, floor, rise)


def _file(rows: int) -> IO[bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for number in range(rows):
        somebody = person(number, rows)
        writer.writerow((somebody.name, f"lead.{number}@example.com", somebody.phone, "Baker & Co", "website", "50"))
    return io.BytesIO(text.getvalue().encode())


def _import(file: IO[bytes], rows: int) -> None:
    brought = import_file(noun="leads", file=file, file_name="leads.csv")
    while carry_on_import(import_id=brought.pk):
        pass
    done = Import.objects.get(pk=brought.pk)
    if (done.state, done.created) != (State.FINISHED, rows):
        raise WrongAnswer(f"{done.created} of {rows} rows were imported; {done.state} {done.failure}")


def _clear() -> None:
    """So many at once: whatever hangs on them is named by its keys, and a statement takes 65,535."""
    tables: tuple[Any, ...] = (Lead, ImportRow, Import)
    for table in tables:
        while ids := list(table.objects.values_list("pk", flat=True)[:AT_ONCE]):
            table.objects.filter(pk__in=ids).delete()


def _columns() -> str:
    fields = [field for field in Lead._meta.concrete_fields if not field.generated]
    return ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)


def _copied_out() -> list[bytes]:
    command = f"COPY {Lead._meta.db_table} ({_columns()}) TO STDOUT"
    with connection.cursor() as cursor, cursor.cursor.copy(command) as out:
        return [bytes(block) for block in out]


def _copied_in(blocks: list[bytes]) -> float:
    """Seconds."""
    started = time.monotonic()
    command = f"COPY {Lead._meta.db_table} ({_columns()}) FROM STDIN"
    with connection.cursor() as cursor, cursor.cursor.copy(command) as to:
        for block in blocks:
            to.write(block)
    return time.monotonic() - started


def _memory(name: str) -> float:
    """MB."""
    lines = (line.split() for line in _STATUS.read_text().splitlines())
    return next(int(words[1]) for words in lines if words[0] == f"{name}:") / 1024

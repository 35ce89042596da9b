"""A file of 100,000 leads with bad rows and duplicates: read, watched, told, corrected, and taken back."""

import io
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import pytest
from django.db import connection

from crm.imports.models import Import, ImportRow, State
from crm.imports.selectors import error_pages
from crm.imports.services import carry_on_import, import_file, undo_import
from crm.kernel.bulk import analyse
from crm.leads.models import Lead
from crm.leads.selectors import leads
from crm.leads.services import capture_lead, change_lead
from tests.cast import World
from tests.crm.imports.files import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.large, pytest.mark.xdist_group("scale")]

ROWS, BAD, TWICE, KNOWN = 100_000, 3_000, 1_000, 1_000
NEW = ROWS - BAD - TWICE - KNOWN
HEADER = ["name", "email", "phone", "company", "source", "status", "score", "notes"]
GOOD = {"email": "", "phone": "+35799123456", "source": "website", "status": "new", "score": "50", "name": "Corrected"}
# What is wrong with a bad row: the column, and what stands in it.
FAULTS = [("name", ""), ("name", "bell\x07"), ("email", "nobody"), ("email", ""), ("phone", "tel"), ("source", "hot"),
          ("status", "converted"), ("score", "101"), ("score", "many")]  # fmt: skip


def lines() -> Iterator[list[str]]:
    """Every hundredth row is known to the database, every hundredth one twice in the file, three of a hundred bad."""
    for number in range(ROWS):
        row = {"name": f"Lead {number}", "email": f"lead{number}@example.com", "phone": f"+35799{number:06}",
               "company": "Baker & Co", "source": "website", "status": "new", "score": "50", "notes": ""}  # fmt: skip
        match number % 100:
            case 10 | 20 | 30:
                column, text = FAULTS[(number // 10) % len(FAULTS)]
                row[column] = text
            case 40:
                row["email"] = f"LEAD{number - 1}@example.com"
            case 50:
                row["email"] = f"known{number}@example.com"
        yield [row[name] for name in HEADER]


def bring(text: str) -> Import:
    return import_file(noun="leads", file=io.BytesIO(text.encode()), file_name="leads.csv")


def to_its_end(of: Import) -> tuple[Import, list[int]]:
    """Step by step, as the worker does; how far it had come after each step."""
    progress, more = [], True
    while more:
        more = carry_on_import(import_id=of.pk)
        now_at = Import.objects.get(pk=of.pk)
        progress.append(now_at.undone if now_at.state in (State.UNDOING, State.UNDONE) else now_at.done)
    return now_at, progress


def corrected(of: Import) -> str:
    """The error file as somebody mends it: what is bad becomes good, and who was there twice gets their own address."""
    (heading,), *pages = error_pages(of)
    rows = [dict(zip(heading, row, strict=True)) for page in pages for row in page]
    for at, row in enumerate(rows):
        column = row["_error"].partition(":")[0]
        row[column] = f"corrected{at}@example.com" if column == "email" else GOOD[column]
    return text_of([heading, *([row[name] for name in heading] for row in rows)])


def digest(*left_out: Any) -> tuple[int, str]:
    """Of all that living leads hold, save for when they were last changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), md5(string_agg((to_jsonb(l) - 'updated_at')::text, '' ORDER BY id)) "
            "FROM leads_lead AS l WHERE deleted_at IS NULL AND NOT id = ANY(%s)",
            [list(left_out)],
        )
        return cursor.fetchone()


def known_leads() -> None:
    for number in range(50, ROWS, 100):
        capture_lead(name="Known", email=f"known{number}@example.com", notes="Mine", custom_fields={"hat": "M"})
    analyse(Lead)


def read_and_correct() -> list[Import]:
    """The import of the file, and that of its corrected errors."""
    done, progress = to_its_end(bring(text_of([HEADER, *lines()])))
    assert progress == [*range(5_000, ROWS + 1, 5_000), ROWS]
    assert (done.state, done.total, done.created, done.updated, done.skipped) == (
        State.FINISHED, ROWS, NEW, KNOWN, BAD + TWICE,
    )  # fmt: skip
    errors = ImportRow.objects.filter(of=done, outcome="error")
    assert errors.count() == BAD
    assert set(errors.values_list("field", flat=True)) == {column for column, _text in FAULTS}
    assert leads().count() == NEW + KNOWN
    again, _progress = to_its_end(bring(corrected(done)))
    assert (again.created, again.updated, again.skipped) == (BAD + TWICE, 0, 0)
    return [done, again]


def take_back(of: Import, rows: int) -> None:
    undo_import(import_id=of.pk)
    back, progress = to_its_end(of)
    assert (back.state, back.undone) == (State.UNDONE, rows)
    assert len(progress) > rows // 2_000
    assert progress == sorted(progress)


def test_a_file_of_100_000_leads_goes_all_the_way_and_back(acme: World, capsys: Any) -> None:
    with acme.scope():
        known_leads()
        touched = leads().get(email_key="known550@example.com").pk
        before = digest(touched)
        began = perf_counter()
        done, again = read_and_correct()
    brought = perf_counter()
    # Later: inside one scope it is one moment, at which nothing can come after anything.
    with acme.scope():
        fresh = leads().get(email_key="lead7@example.com").pk
        for lead_id in (touched, fresh):
            change_lead(lead_id=lead_id, notes="Since then")
    with acme.scope():
        take_back(again, BAD + TWICE)
        take_back(done, NEW + KNOWN - 2)
        told = ImportRow.objects.filter(of=done, message="The record was changed since.")
        assert set(told.values_list("record_id", flat=True)) == {touched, fresh}
        assert digest(touched, fresh) == before
    ended = perf_counter()
    with capsys.disabled():
        print(f"\n{ROWS:,} leads: {brought - began:.0f} s to read and correct, {ended - brought:.0f} s to take back")

"""One chunk of an import: tried out, written or taken back, and committed together with the cursor.

Whoever is killed in a chunk leaves nothing of it, and the next one begins at the cursor: no row is written twice
(reliability O10, L6).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.imports.events import ImportFailed, ImportFinished, ImportQueued
from crm.imports.mapping import heading_of
from crm.imports.models import Import, ImportRow, Outcome, State
from crm.imports.nouns import Batch, Noun, Refused, Written, noun_called
from crm.imports.services.mapping import locked_import
from crm.imports.services.planning import Plan, Told, planned
from crm.imports.services.taking_back import take_back
from crm.kernel.clock import now
from crm.kernel.copying import update_columns
from crm.kernel.events import record
from crm.kernel.transactions import atomic

log = structlog.get_logger(__name__)

CHUNK = 5_000
# Up to so many rows are done before a request is answered (where-they-meet.md, "S4 answers").
AT_ONCE = 1_000
# A chunk that fails so often in a row fails for good.
MOST_FAILURES = 5

Result = Told | Written
_NOTED = ("outcome", "field", "message", "record_id", "before", "stamp", "keys")


@atomic
def begin(of: Import, state: str) -> Import:
    """Put the import into `state` and to work: at once when it is small, else in the worker."""
    of.state, of.failures, of.failure = state, 0, ""
    of.save(update_fields=["state", "failures", "failure"])
    if of.total > AT_ONCE:
        record(ImportQueued(import_id=of.id, what=state))
    else:
        while work_on(of):
            pass
    return of


@atomic
def carry_on_import(*, import_id: UUID) -> bool:
    """The import's next chunk; whether there is more to do. A chunk that fails is tried again, five times in all.

    Raises ImportNotFound.
    """
    found = locked_import(import_id)
    failures, found.failures = found.failures, 0
    try:
        with transaction.atomic():
            return work_on(found)
    except Exception as error:
        log.exception("import_chunk_failed", import_id=str(import_id), failures=failures + 1)
        return _note_failure(locked_import(import_id), error)


def work_on(of: Import) -> bool:
    """One chunk of whatever the import is at; False when it is done, or not at work at all."""
    work = _WORK.get(State(of.state))
    return work(of) if work else False


def _note_failure(of: Import, error: Exception) -> bool:
    of.failures += 1
    # The first line alone: below it, the database quotes the row.
    of.failure = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"[:200]
    if of.failures >= MOST_FAILURES:
        of.state = State.READY if of.state == State.CHECKING else State.FAILED
        record(ImportFailed(import_id=of.id))
    of.save(update_fields=["failures", "failure", "state"])
    return of.is_at_work


def _try_out(of: Import) -> bool:
    return _next_chunk(of, lambda _noun, plan: _pretended(plan))


def _write(of: Import) -> bool:
    return _next_chunk(of, lambda noun, plan: _written(noun, plan.batch(of)))


def _next_chunk(of: Import, work: Callable[[Noun, Plan], Mapping[int, Result]]) -> bool:
    """Plan the rows after the cursor, do `work` on the plan, note what became of each row."""
    chunk = ImportRow.objects.filter(of=of, number__gt=of.cursor).order_by("number")
    rows = list(chunk.values_list("id", "number", "cells")[:CHUNK])
    noun = noun_called(of.noun)
    if rows:
        plan = planned(of, noun, [(number, cells) for _id, number, cells in rows])
        results = {**plan.told, **work(noun, plan)}
        _note(of, [(pk, number) for pk, number, _cells in rows], results, plan.keys)
    more = len(rows) == CHUNK
    if not more:
        _finish(of)
    of.save()
    return more


def _pretended(plan: Plan) -> dict[int, Result]:
    """What would be written, had it been."""
    told: dict[int, Result] = {new.row: Told(Outcome.CREATED) for new in plan.new}
    return told | {change.row: Told(Outcome.UPDATED) for change in plan.changes}


def _written(noun: Noun, batch: Batch) -> dict[int, Result]:
    """What became of the rows. When the database refuses them together, they are tried in halves: the row that is to
    blame is told, the others are written.
    """
    rows = [it.row for it in batch.new] + [it.row for it in batch.changes]
    if not rows:
        return {}
    try:
        with transaction.atomic():
            results = noun.write(batch)
    except (IntegrityError, DataError):
        if len(rows) == 1:
            return {rows[0]: Told(Outcome.ERROR, "", _("This row cannot be stored as it is."))}
        return {row: result for half in _halves(batch) for row, result in _written(noun, half).items()}
    return {row: _told(result) if isinstance(result, Refused) else result for row, result in results.items()}


def _halves(batch: Batch) -> list[Batch]:
    new, changes = len(batch.new) // 2, len(batch.changes) // 2
    if len(batch.new) == len(batch.changes) == 1:
        new = 1
    return [
        Batch(batch.import_id, batch.new[:new], batch.changes[:changes], batch.fill_only),
        Batch(batch.import_id, batch.new[new:], batch.changes[changes:], batch.fill_only),
    ]


def _told(refused: Refused) -> Told:
    return Told(Outcome.ERROR, refused.field[:100], str(refused.message)[:300])


def _note(
    of: Import, rows: Sequence[tuple[int, int]], results: Mapping[int, Result], keys: Mapping[int, list[int]]
) -> None:
    """Write each row's outcome, count them, and move the cursor."""
    told = [(*_columns(of, results[number]), keys.get(number, [])) for _pk, number in rows]
    noted = dict(zip(_NOTED, zip(*told, strict=True), strict=True))
    update_columns(ImportRow, [pk for pk, _number in rows], noted)
    outcomes = Counter(noted["outcome"])
    of.created += outcomes[Outcome.CREATED]
    of.updated += outcomes[Outcome.UPDATED]
    of.skipped += outcomes[Outcome.SKIPPED] + outcomes[Outcome.ERROR]
    of.done += len(rows)
    of.cursor = rows[-1][1]


def _columns(of: Import, result: Result) -> tuple[Any, ...]:
    """What a row of the staging table says of the result, in the order of `_NOTED`, save for its keys."""
    if isinstance(result, Told):
        return result.outcome, _heading(of, result.field), result.message, None, None, None
    outcome = Outcome.CREATED if result.before is None else Outcome.UPDATED
    return outcome, "", "", result.record_id, result.before, result.stamp


def _heading(of: Import, field: str) -> str:
    """What the file calls the column that is to blame."""
    return heading_of(noun_called(of.noun), of.mapping, field)[:100] if field else ""


def _finish(of: Import) -> None:
    if of.state == State.CHECKING:
        of.state = State.CHECKED
        return
    of.state, of.finished_at = State.FINISHED, now()
    record(ImportFinished(import_id=of.id, noun=of.noun, total=of.total, created=of.created, updated=of.updated,
                          skipped=of.skipped))  # fmt: skip


_WORK: dict[State, Callable[[Import], bool]] = {
    State.CHECKING: _try_out, State.RUNNING: _write, State.UNDOING: take_back,
}  # fmt: skip

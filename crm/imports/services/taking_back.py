"""Undoing, a chunk at a time: new records go, changed ones get their former values, later changes are left alone."""

from crm.imports.events import ImportUndone
from crm.imports.models import Import, ImportRow, State
from crm.imports.nouns import Undoing, noun_called
from crm.kernel.clock import now
from crm.kernel.copying import update_rows
from crm.kernel.events import record

# Fewer than are written at once: the records are read whole, and what they held before with them.
CHUNK = 2_000


def take_back(of: Import) -> bool:
    """The next chunk of rows that wrote something, in the file's order; False after the last one."""
    wrote = ImportRow.objects.filter(of=of, number__gt=of.undo_cursor, number__lte=of.cursor, record_id__isnull=False)
    rows = list(wrote.order_by("number").defer("cells", "keys")[:CHUNK])
    kept = noun_called(of.noun).undo([_undoing(row) for row in rows])
    left = [row for row in rows if row.number in kept]
    for row in left:
        row.message = str(kept[row.number])[:300]
    update_rows(ImportRow, left, ["message"])
    of.undone += len(rows) - len(left)
    of.undo_cursor = rows[-1].number if rows else of.cursor
    more = len(rows) == CHUNK
    if not more:
        of.state, of.undone_at = State.UNDONE, now()
        wrote_in_all = of.created + of.updated
        record(ImportUndone(import_id=of.id, noun=of.noun, undone=of.undone, kept=wrote_in_all - of.undone))
    of.save()
    return more


def _undoing(row: ImportRow) -> Undoing:
    if row.record_id is None or row.stamp is None:
        raise RuntimeError(f"Row {row.number} wrote no record.")
    return Undoing(row.number, row.record_id, row.stamp, row.before)

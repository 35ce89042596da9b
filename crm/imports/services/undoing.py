from uuid import UUID

from crm.imports.errors import UndoTooLate, WrongImportState
from crm.imports.models import Import, State
from crm.imports.services.chunks import begin
from crm.imports.services.mapping import locked_import
from crm.kernel.transactions import atomic


@atomic
def undo_import(*, import_id: UUID) -> Import:
    """Take an import back: records it made are removed and those it changed get their former values, unless they
    changed since; those are told by row. Up to 1,000 rows at once, else in the worker.

    Raises ImportNotFound, WrongImportState, UndoTooLate.
    """
    found = locked_import(import_id)
    if found.undo_until is None:
        raise WrongImportState
    if not found.can_undo:
        raise UndoTooLate
    return begin(found, State.UNDOING)

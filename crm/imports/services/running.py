from uuid import UUID

from crm.imports.errors import WrongImportState
from crm.imports.models import Import, State
from crm.imports.services.checking import from_the_start
from crm.imports.services.chunks import begin
from crm.imports.services.mapping import locked_import
from crm.kernel.clock import now
from crm.kernel.transactions import atomic


@atomic
def run_import(*, import_id: UUID) -> Import:
    """Write the import's records, up to 1,000 rows at once, else in the worker; one that failed goes on where it
    stopped. Raises ImportNotFound, WrongImportState.
    """
    found = locked_import(import_id)
    if not found.can_carry_on:
        if not found.can_start:
            raise WrongImportState
        from_the_start(found).started_at = now()
        found.save(update_fields=["started_at"])
    return begin(found, State.RUNNING)

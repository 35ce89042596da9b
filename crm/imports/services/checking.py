from uuid import UUID

from crm.imports.errors import WrongImportState
from crm.imports.models import Import, State
from crm.imports.services.chunks import begin
from crm.imports.services.mapping import locked_import
from crm.kernel.transactions import atomic


@atomic
def check_import(*, import_id: UUID) -> Import:
    """Try the import out: what each row would do, written into the staging table alone. Up to 1,000 rows at once, else
    in the worker. Raises ImportNotFound, WrongImportState.
    """
    found = locked_import(import_id)
    if not found.can_start:
        raise WrongImportState
    return begin(from_the_start(found), State.CHECKING)


def from_the_start(of: Import) -> Import:
    """Forget what trying out has counted; the rows themselves are told anew as the cursor passes them."""
    of.cursor = of.done = of.created = of.updated = of.skipped = 0
    of.save(update_fields=["cursor", "done", "created", "updated", "skipped"])
    return of

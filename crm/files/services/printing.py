from uuid import UUID

from crm.files.models import Purpose, StoredFile
from crm.files.papers import paper_of
from crm.files.printing import pdf_of
from crm.files.services.storing import UNATTACHED, keep, printed
from crm.kernel.clock import now
from crm.kernel.transactions import atomic


@atomic
def print_paper(*, kind: str, record_id: UUID, contact_id: UUID, days: int = 0) -> StoredFile:
    """A person's paper about a record as a PDF of theirs, which goes after `days`, else after one; it can be printed
    again. Raises UnknownPaper, NothingToPrint, NoRoom.
    """
    paper = paper_of(kind, record_id, contact_id)
    row = StoredFile(
        purpose=Purpose.PAPER, contact_id=contact_id, record_kind=kind, record_id=record_id,
        kept_until=now() + UNATTACHED * max(days, 1),
    )  # fmt: skip
    return keep(row, printed(pdf_of(paper)), f"{paper.name}.pdf")

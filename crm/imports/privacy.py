from django.db.models import Q

from crm.kernel.privacy.holdings import leaves, nobodys
from crm.kernel.privacy.person import Person


def _rows(person: Person) -> Q:
    """What became a record of theirs or was written onto one, and rows with their address that became nothing."""
    return Q(record_id__in=person.all_ids) | Q(cells__overlap=sorted(person.addresses | person.emails))


leaves(
    "imports.ImportRow",
    _rows,
    exported="cells",
    withheld="id of number outcome field message record_id before stamp keys",
)
nobodys(
    "imports.Import",
    "a file's name, headings and counts; its rows are a table of their own, and the file itself is not kept",
    "noun file_name encoding delimiter columns mapping match_key failure actor_kind actor_id",
)
nobodys("imports.SavedMapping", "which heading means which field", "noun signature mapping")

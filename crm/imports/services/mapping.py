from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from crm.imports.errors import BadMapping, ImportNotFound, WrongImportState
from crm.imports.mapping import checked_mapping, signature_of
from crm.imports.models import BEFORE_RUNNING, Import, OnMatch, SavedMapping, State
from crm.imports.nouns import noun_called
from crm.kernel.transactions import atomic


@atomic
def map_import(
    *, import_id: UUID, mapping: Mapping[str, str], match_key: str = "", on_match: str = OnMatch.OVERWRITE,
    remember: bool = True,
) -> Import:  # fmt: skip
    """Say what the columns are, by what records are recognised, and what happens then.

    With `remember` the next file with the same headings begins with this mapping. Raises ImportNotFound,
    WrongImportState, BadMapping.
    """
    found = locked_import(import_id)
    if found.state not in BEFORE_RUNNING:
        raise WrongImportState
    if on_match not in OnMatch.values:
        raise BadMapping(_("Choose what happens to records that are recognised."), field="on_match")
    noun = noun_called(found.noun)
    found.match_key = match_key or noun.match_keys[0]
    found.mapping = checked_mapping(noun, found.columns, mapping, found.match_key)
    found.on_match, found.state = on_match, State.READY
    found.save(update_fields=["mapping", "match_key", "on_match", "state"])
    if remember:
        SavedMapping.objects.update_or_create(
            noun=found.noun, signature=signature_of(found.columns), defaults={"mapping": found.mapping}
        )
    return found


def locked_import(import_id: UUID) -> Import:
    """Raises ImportNotFound."""
    found = Import.objects.for_update().filter(pk=import_id).first()
    if found is None:
        raise ImportNotFound
    return found

"""Which column of a file is which field: guessed from its heading, remembered, checked (semantics §3.17).

A mapping says for each heading the name of a field, `custom:<key>`, `custom_fields` for a column of JSON objects, or ""
for a column that is left out.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from crm.imports.errors import BadMapping
from crm.imports.nouns import Noun
from crm.imports.selectors import ERROR_COLUMN
from crm.kernel.errors import Complaint
from crm.organisations.custom_fields import LONGEST_KEY, MOST_KEYS

CUSTOM, ALL_CUSTOM = "custom:", "custom_fields"
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def guessed_mapping(noun: Noun, columns: Sequence[str]) -> dict[str, str]:
    """Headings that name a field, whatever their case, are that field; others may mean it; the rest become custom
    fields (s4 §6, 12).
    """
    left_out = {ERROR_COLUMN, "", *noun.ignored}
    mapping = {heading: "" for heading in columns if heading.lower() in left_out}
    exact = {field.name: field.name for field in noun.fields} | {ALL_CUSTOM: ALL_CUSTOM}
    meant = {_words(text): field.name for field in noun.fields for text in (str(field.label), *field.synonyms)}
    for known in ({_words(name): field for name, field in exact.items()}, meant):
        for heading in columns:
            field = known.get(_words(heading))
            if heading not in mapping and field and field not in mapping.values():
                mapping[heading] = field
    return {heading: mapping.get(heading, f"{CUSTOM}{heading}") for heading in columns if heading}


def signature_of(columns: Sequence[str]) -> str:
    """What two files with the same headings have in common."""
    return hashlib.sha256("\0".join(heading.casefold() for heading in columns).encode()).hexdigest()


def checked_mapping(noun: Noun, columns: Sequence[str], mapping: Mapping[str, str], match_key: str) -> dict[str, str]:
    """`mapping` as it may be stored, without columns that the file does not have. Raises BadMapping naming what is
    missing or wrong.
    """
    if match_key not in noun.match_keys:
        raise BadMapping(_("Records cannot be recognised by this."), field="match_key")
    kept = {heading: mapping.get(heading, "") for heading in columns if heading}
    used = [target for target in kept.values() if target]
    needed = dict.fromkeys((*noun.required, match_key))
    complaints = [Complaint(name, _("This column is missing."), "required") for name in needed if name not in used]
    complaints += [
        Complaint(target, _("Two columns are mapped to this."))
        for target in sorted(set(used))
        if used.count(target) > 1
    ]
    complaints += [
        Complaint(heading, _("This column is mapped to a field that does not exist."))
        for heading, target in kept.items()
        if target and not _is_target(noun, target)
    ]
    if sum(target.startswith(CUSTOM) for target in used) > MOST_KEYS:
        complaints.append(Complaint(ALL_CUSTOM, _("At most 100 columns become custom fields.")))
    if complaints:
        raise BadMapping(complaints=complaints)
    return kept


def heading_of(noun: Noun, mapping: Mapping[str, str], field: str) -> str:
    """What the file calls the column that becomes `field` of a record; the field's own name where there is none."""
    name = noun.written_as.get(field, field)
    key = name.removeprefix(f"{ALL_CUSTOM}.")
    wanted = {name, key, f"{CUSTOM}{key.casefold()}"}
    return next((heading for heading, target in mapping.items() if {target, target.casefold()} & wanted), name)


def _is_target(noun: Noun, target: str) -> bool:
    if target.startswith(CUSTOM):
        key = target.removeprefix(CUSTOM)
        return 0 < len(key) <= LONGEST_KEY and key.isprintable()
    return target == ALL_CUSTOM or any(field.name == target for field in noun.fields)


def _words(text: str) -> str:
    return _BETWEEN_WORDS.sub(" ", text).strip().casefold()

"""Which rows point at a record, and what becomes of each kind of them when several are merged (semantics §3.13).

Each noun that can be merged has its `Rules`; an app says what becomes of its rows in a module of its own called
`merging.py`, which is found at start as `subscribers.py` is:

    from crm.contacts.merging import move, on_merge

    on_merge("leads.Lead.customer", move)

The name is `<app label>.<Model>.<field>`. Every relation to the noun, or to a row that shares its key, needs a rule,
and so does every plain column that is named like one (`contact_id`, `subject_id`): tests/architecture/test_merging.py
finds them and fails. What neither can find, such as an id inside JSON, is named by hand with any third word. Rules run
in the order they were registered, inside the merge's transaction, with winner and losers locked; a rule changes rows
only under `carry.watching(...)`, or they cannot be put back.

Rules to choose from:

- `move`: the losers' rows become the winner's. For tables in which a record may have any number of rows.
- `move_once("listing_id", among=Q(ended_at=None), retire=...)`: the same where there may be one row for each value of
  the fields named. A row that would be a second one is changed as `retire` says before it moves, or deleted.
- `fold(combine)`: for tables that share the record's key: `combine(kept, lost)` writes into the winner's row what a
  loser's row adds. A winner without a row gets a copy of the first loser's.
- `drop`: the losers' rows are deleted.
- `stay("why")`: rows remain where they are.
- any function that takes a `Carry` and returns how many rows it dealt with.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import models

from crm.kernel.merging.carry import Rule, is_for_late_rows


class Rules:
    """What becomes of the rows that point at `model`. `plain` is what columns are called that hold its id."""

    def __init__(self, model: type[models.Model], *, plain: str) -> None:
        self._model = model
        self._plain = re.compile(plain)
        self._rules: dict[str, Rule] = {}

    def on_merge(self, relation: str, rule: Rule) -> None:
        """Say what becomes of the rows of `relation`; a second rule for the same one is a mistake."""
        if relation in self._rules:
            raise ValueError(f"There is a rule for {relation} already.")
        self._rules[relation] = rule

    def all(self) -> dict[str, Rule]:
        """The rule of each relation, in the order they are carried out."""
        return dict(self._rules)

    def late(self) -> dict[str, Rule]:
        """Those that can be carried out again, for rows that come to a loser who is gone."""
        return {relation: rule for relation, rule in self._rules.items() if is_for_late_rows(rule)}

    def relations(self) -> list[str]:
        """Every relation and plain column of any app that means the noun, by name."""
        return sorted(set(self._pointers()))

    def relations_without_rule(self) -> list[str]:
        return [relation for relation in self.relations() if relation not in self._rules]

    def models(self) -> set[type[models.Model]]:
        """The noun, and every model that shares its key, at whatever distance."""
        found: set[Any] = {self._model}
        while more := {model for model in apps.get_models() if _target(model._meta.pk) in found} - found:
            found |= more
        return found

    def _pointers(self) -> Iterator[str]:
        targets = self.models()
        for model in apps.get_models(include_auto_created=True):
            label, fields = model._meta.label, model._meta.local_fields
            yield from (f"{label}.{field.name}" for field in fields if _target(field) in targets)
            yield from (f"{label}.{field.name}" for field in fields if self._is_plain(field))
            generic = [field for field in model._meta.private_fields if isinstance(field, GenericForeignKey)]
            yield from (f"{label}.{field.name}" for field in generic)

    def _is_plain(self, field: Any) -> bool:
        plain = isinstance(field, (models.UUIDField, models.CharField)) and field.remote_field is None
        return plain and self._plain.fullmatch(field.name) is not None


def _target(field: Any) -> Any:
    return field.remote_field.model if field is not None and field.remote_field else None

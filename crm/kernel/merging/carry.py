"""What a rule may do with the rows of losers, and the rules to choose from; which is which, says rules.py."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Q

from crm.kernel.clock import now
from crm.kernel.merging.records import PairState


@dataclass(frozen=True)
class Carry:
    """One kind of rows in one merge. `loser_ids` stand in the order in which the winner's blanks are filled."""

    relation: str
    winner_id: UUID
    loser_ids: tuple[UUID, ...]
    watching: "Callable[[Any, Iterable[Any]], AbstractContextManager[None]]"

    @property
    def model(self) -> Any:
        return apps.get_model(self.relation.rpartition(".")[0])

    @property
    def column(self) -> str:
        """The attribute that holds the id of what is merged."""
        return str(self.model._meta.get_field(self.relation.rpartition(".")[2]).attname)

    def rows_of(self, *ids: UUID) -> Any:
        return self.model.objects.filter(**{f"{self.column}__in": ids})

    def rows_of_losers(self) -> Any:
        """First the rows of the first loser; within one, the oldest first."""
        order = models.Case(*[models.When(**{self.column: id_}, then=n) for n, id_ in enumerate(self.loser_ids)])
        return self.rows_of(*self.loser_ids).order_by(order, "pk")

    def change(self, keys: list[Any], values: Mapping[str, Any]) -> int:
        """Write `values` into the rows of these keys."""
        if not keys:
            return 0
        with self.watching(self.model, keys):
            self.model.objects.filter(pk__in=keys).update(**values)
        return len(keys)

    def delete(self, keys: list[Any]) -> int:
        if not keys:
            return 0
        with self.watching(self.model, keys):
            self.model.objects.filter(pk__in=keys).delete()
        return len(keys)

    def give(self, keys: list[Any]) -> int:
        """Make the rows of these keys the winner's."""
        return self.change(keys, {self.column: self.winner_id})


Rule = Callable[[Carry], int]
_ALL = Q()
_FOR_LATE_ROWS: set[Rule] = set()


def is_for_late_rows(rule: Rule) -> bool:
    """Whether it can be carried out again, for rows that come to a loser who is gone."""
    return rule in _FOR_LATE_ROWS


def also_late(rule: Rule) -> Rule:
    """For a rule that can be carried out again, for rows that come to a loser who is gone."""
    _FOR_LATE_ROWS.add(rule)
    return rule


@also_late
def move(carry: Carry) -> int:
    return carry.give(list(carry.rows_of_losers().values_list("pk", flat=True)))


def drop(carry: Carry) -> int:
    """For rows that are made anew from what the winner has."""
    return carry.delete(list(carry.rows_of_losers().values_list("pk", flat=True)))


def move_once(*fields: str, among: Q = _ALL, retire: Callable[[], Mapping[str, Any]] | None = None) -> Rule:
    """The winner keeps their own row for each value of `fields`, else gets the first loser's; `among` says which rows
    the table's unique constraint is about. `retire` gives the values of a row that is one too many.
    """

    def rule(carry: Carry) -> int:
        taken = set(carry.rows_of(carry.winner_id).filter(among).values_list(*fields))
        too_many = []
        for key, *values in carry.rows_of_losers().filter(among).values_list("pk", *fields):
            if tuple(values) in taken:
                too_many.append(key)
            taken.add(tuple(values))
        all_of_them = list(carry.rows_of_losers().values_list("pk", flat=True))
        if retire is None:
            carry.delete(too_many)
            carry.give([key for key in all_of_them if key not in set(too_many)])
        else:
            carry.change(too_many, retire())
            carry.give(all_of_them)
        return len(all_of_them)

    return also_late(rule)


def fold(combine: Callable[[Any, Any], None]) -> Rule:
    def rule(carry: Carry) -> int:
        rows = {row.pk: row for row in carry.rows_of(carry.winner_id, *carry.loser_ids)}
        lost = [rows[id_] for id_ in carry.loser_ids if id_ in rows]
        if not lost:
            return 0
        kept = rows.get(carry.winner_id)
        with carry.watching(carry.model, [carry.winner_id]):
            written = kept or copied(lost[0], carry.winner_id)
            for row in lost:
                combine(written, row)
            written.save(force_insert=kept is None)
        return len(lost)

    return rule


def stay(why: str) -> Rule:
    """`why` is for who reads the rule."""
    return lambda _carry: 0


def settle_pairs(carry: Carry) -> int:
    """For the two keys of a table of pairs: open pairs among those merged are settled by it; those with others are
    found anew, about the winner.
    """
    open_ones = carry.rows_of_losers().filter(state=PairState.OPEN)
    merged = {carry.winner_id, *carry.loser_ids}
    settled = _keys(open_ones.filter(first__in=merged, second__in=merged))
    number = carry.change(settled, {"state": PairState.MERGED, "decided_at": now()})
    return number + carry.delete([key for key in _keys(open_ones) if key not in set(settled)])


def _keys(rows: Any) -> list[Any]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def copied(row: Any, key: Any) -> Any:
    """A row like `row` under another key, unsaved."""
    fields = [field for field in row._meta.concrete_fields if not field.generated]
    values = {field.attname: getattr(row, field.attname) for field in fields}
    return type(row)(**{**values, row._meta.pk.attname: key})


def fill_blanks(kept: models.Model, lost: models.Model, fields: Iterable[str]) -> None:
    """Write into `kept` what it lacks and `lost` has."""
    for field in fields:
        if is_blank(getattr(kept, field)):
            setattr(kept, field, getattr(lost, field))


def is_blank(value: Any) -> bool:
    return value is None or value == "" or value in ([], {})

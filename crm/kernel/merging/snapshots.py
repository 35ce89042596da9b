"""Rows of any table as they were before a merge and as it left them, and the way back.

PostgreSQL turns a row into JSON and JSON into a row, so one way serves every table there is and will be, and a hundred
thousand rows cost three statements. What a column cannot be given, because it is generated, is left out.

What is written anew every night, a score for instance, does not count as a change since: `overlook` names it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, transaction

from crm.kernel.merging.records import MergeRecord, rows_of

_BEFORE = """
INSERT INTO {kept} (organisation_id, mode, merge_id, step, model, key, before, is_back)
SELECT t.organisation_id, t.mode, %(merge)s, %(step)s, %(label)s, t.{pk}::text,
  to_jsonb(t) - %(generated)s::text[], false
FROM {table} t WHERE t.{pk} = ANY(%(keys)s) AND t.organisation_id = %(org)s AND t.mode = %(mode)s
ORDER BY t.{pk} FOR UPDATE
"""
_AFTER = """
UPDATE {kept} r SET after = to_jsonb(t) - %(generated)s::text[]
FROM {table} t WHERE r.merge_id = %(merge)s AND r.step = %(step)s AND t.{pk} = r.key::{type}
"""
_MADE = """
INSERT INTO {kept} (organisation_id, mode, merge_id, step, model, key, after, is_back)
SELECT t.organisation_id, t.mode, %(merge)s, %(step)s, %(label)s, t.{pk}::text,
  to_jsonb(t) - %(generated)s::text[], false
FROM {table} t WHERE t.{pk} = ANY(%(keys)s) AND t.organisation_id = %(org)s AND t.mode = %(mode)s
  AND NOT EXISTS (SELECT FROM {kept} r
                  WHERE r.merge_id = %(merge)s AND r.step = %(step)s AND r.key = t.{pk}::text)
ORDER BY t.{pk}
"""
_UNTOUCHED = "DELETE FROM {kept} WHERE merge_id = %(merge)s AND step = %(step)s AND before = after"

# A column that was added since, or is overlooked, is not held against a row; one that is gone is.
_AS_LEFT = """
SELECT r.id FROM {kept} r
LEFT JOIN {table} t ON t.{pk} = r.key::{type} AND t.organisation_id = %(org)s AND t.mode = %(mode)s
WHERE r.merge_id = %(merge)s AND r.step = %(step)s AND NOT r.is_back AND CASE
  WHEN r.after IS NULL THEN t.{pk} IS NULL
  ELSE t.{pk} IS NOT NULL AND r.after - %(overlooked)s::text[] = (
    SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(to_jsonb(t) - %(overlooked)s::text[]) e
    WHERE jsonb_exists(r.after, e.key))
  END
ORDER BY r.id
"""
_UNMAKE = """
DELETE FROM {table} t USING {kept} r
WHERE r.id = ANY(%(ids)s) AND r.before IS NULL AND t.{pk} = r.key::{type}
"""
_RESTORE = """
UPDATE {table} t SET {assignments}
FROM {kept} r CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, r.before) p
WHERE r.id = ANY(%(ids)s) AND r.before IS NOT NULL AND r.after IS NOT NULL AND t.{pk} = r.key::{type}
"""
_REVIVE = """
INSERT INTO {table} ({columns}) SELECT {values}
FROM {kept} r CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, r.before) p
WHERE r.id = ANY(%(ids)s) AND r.before IS NOT NULL AND r.after IS NULL
"""
_NOTE = "UPDATE {kept} SET is_back = true WHERE id = ANY(%(ids)s)"

_OVERLOOKED: dict[str, tuple[str, ...]] = {}


def overlook(label: str, *columns: str) -> None:
    """Columns of a model that are computed by the clock: a row in which only they differ is as the merge left it."""
    _OVERLOOKED[label] = columns


@contextmanager
def watched(merge: MergeRecord, model: Any, keys: Iterable[Any]) -> Iterator[None]:
    """Keep the rows of `model` with these keys as they are now and as the block leaves them; they are locked. Rows that
    the block makes or removes are kept, too, when their keys are among those named.
    """
    given = {
        "org": merge.organisation_id, "mode": merge.mode, "merge": merge.pk, "step": _next_step(merge),
        "label": model._meta.label, "keys": list(keys), "generated": _generated(model),
    }  # fmt: skip
    _run(merge, model, [_BEFORE], given)
    yield
    _run(merge, model, [_AFTER, _MADE, _UNTOUCHED], given)


def put_back(merge: MergeRecord) -> None:
    """Undo the merge's steps, the last one first; rows that were changed since, or whose place was taken, stay."""
    kept = rows_of(merge).objects.filter(merge=merge)
    steps = kept.order_by("-step").values_list("step", "model").distinct()
    for step, label in list(steps):
        model = apps.get_model(label)
        ids = _as_left(merge, model, step)
        if not _tried(merge, model, ids):
            for id_ in ids:
                _tried(merge, model, [id_])


def give_back_without(merge: MergeRecord, model: Any, cleared: dict[str, Any], keys: list[str]) -> None:
    """Put back the rows with these keys whose place is taken, without the values that took it; they stay listed."""
    kept = rows_of(merge)
    rows = kept.objects.filter(merge=merge, model=model._meta.label, key__in=keys, is_back=False)
    for row in rows.exclude(before=None).order_by("-id"):
        if row.pk in _as_left(merge, model, row.step):
            row.before = {**row.before, **cleared}
            row.save(update_fields=["before"])
            if _tried(merge, model, [row.pk]):
                kept.objects.filter(pk=row.pk).update(is_back=False)


def _tried(merge: MergeRecord, model: Any, ids: list[int]) -> bool:
    """Whether all of these rows went back; when one cannot, none of them did."""
    if not ids:
        return True
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            _run(merge, model, [_UNMAKE, _RESTORE, _REVIVE, _NOTE], {"ids": ids}, **_columns(merge, model, ids))
            # A row that others need by now shows here, not when the transaction ends.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError:
        return False
    return True


def _as_left(merge: MergeRecord, model: Any, step: int) -> list[int]:
    given: dict[str, Any] = {
        "org": merge.organisation_id, "mode": merge.mode, "merge": merge.pk, "step": step,
        "overlooked": list(_OVERLOOKED.get(model._meta.label, ())),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_AS_LEFT.format(**_names(merge, model)), given)
        return [row[0] for row in cursor.fetchall()]


def _columns(merge: MergeRecord, model: Any, ids: list[int]) -> dict[str, str]:
    """The columns that the rows were kept with and that there still are."""
    kept: set[str] = set()
    first = rows_of(merge).objects.filter(pk__in=ids[:1], before__isnull=False)
    for before in first.values_list("before", flat=True):
        kept |= (before or {}).keys()
    quote = connection.ops.quote_name
    names = [quote(field.column) for field in model._meta.concrete_fields if field.column in kept] or [
        _names(merge, model)["pk"]
    ]
    return {
        "assignments": ", ".join(f"{name} = p.{name}" for name in names),
        "columns": ", ".join(names),
        "values": ", ".join(f"p.{name}" for name in names),
    }


def _run(merge: MergeRecord, model: Any, statements: Iterable[str], given: dict[str, Any], **names: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.format(**_names(merge, model), **names), given)


def _names(merge: MergeRecord, model: Any) -> dict[str, str]:
    quote, pk = connection.ops.quote_name, model._meta.pk
    return {
        "kept": quote(rows_of(merge)._meta.db_table), "table": quote(model._meta.db_table), "pk": quote(pk.column),
        "type": str(pk.db_type(connection)),
    }  # fmt: skip


def _generated(model: Any) -> list[str]:
    return [field.column for field in model._meta.concrete_fields if field.generated]


def _next_step(merge: MergeRecord) -> int:
    steps = rows_of(merge).objects.filter(merge=merge).order_by("-step").values_list("step", flat=True)
    return (steps.first() or 0) + 1

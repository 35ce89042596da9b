"""Tables whose rows are written once: the database itself refuses to change or delete them.

A migration says which (`standing(...)`). Only what must be able to forget, the erasure of a person and the removal of
a tenant, gets past it, inside `forgetting()`; and then a row may lose what is named as forgettable, or go, but say
nothing else than it did.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection
from django.db.migrations.operations import RunSQL

_STANDS = """
CREATE FUNCTION {table}_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('rapport.forgetting', true) = 'on' THEN
    IF TG_OP = 'DELETE' THEN
      RETURN OLD;
    ELSIF to_jsonb(NEW) - '{{{names}}}'::text[] = to_jsonb(OLD) - '{{{names}}}'::text[] AND {blank} THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'A row of {table} is written once.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER {table}_stands BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_stands();
"""
_STANDS_NO_MORE = "DROP TRIGGER {table}_stands ON {table}; DROP FUNCTION {table}_stands();"


def standing(table: str, *, forgettable: Sequence[str]) -> RunSQL:
    """For a migration: rows of `table` stand as they were written. `forgettable` are texts that may become empty."""
    blank = " AND ".join(f"NEW.{name} IN ('', OLD.{name})" for name in forgettable) or "true"
    made = _STANDS.format(table=table, names=",".join(forgettable), blank=blank)
    return RunSQL(made, _STANDS_NO_MORE.format(table=table))


@contextmanager
def forgetting() -> Iterator[None]:
    """Inside a transaction: what stands may be forgotten for the block."""
    _let("on")
    yield
    # After a failure the transaction is lost, and this with it.
    _let("off")


def _let(word: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('rapport.forgetting', %s, true)", [word])

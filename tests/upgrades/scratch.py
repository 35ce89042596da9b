"""A database of its own for a test that takes migrations forwards and backwards, in place of the one of all others."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from tests.architecture.test_migrations import OUR_LABELS

FOLDER = Path(__file__).parent


@contextmanager
def scratch_database() -> Iterator[None]:
    """Empty at first, and gone afterwards; meanwhile everything in this process reads and writes it."""
    former = connection.settings_dict["NAME"]
    name = f"rapport_migrations_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    quoted = connection.ops.quote_name(name)
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")
        cursor.execute(f"CREATE DATABASE {quoted} TEMPLATE template0")
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = former
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {quoted}")


def migrate_to(state: Mapping[str, str]) -> None:
    """Forwards or backwards: each app of ours to its migration in `state`, those it does not know to nothing."""
    known = {label for label, _name in MigrationExecutor(connection).loader.disk_migrations}
    _migrate([(label, state.get(label)) for label in OUR_LABELS if label in known])


def migrate_to_today() -> None:
    """Everything, of others too."""
    _migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())


def without_rendering(change: Callable[..., None]) -> Callable[..., None]:
    """`change` of a state of all models, without making all classes anew that hang together. Django does so for each
    index and constraint, three quarters of the time; what PostgreSQL is told does not depend on it.
    """

    def changed(self: ProjectState, *args: Any) -> None:
        rendered = self.__dict__.pop("apps", None)
        change(self, *args)
        if rendered is not None:
            self.__dict__["apps"] = rendered

    return changed


def _migrate(targets: list[tuple[str, str | None]]) -> None:
    MigrationExecutor(connection).migrate(targets)  # type: ignore[arg-type]
    # Statements that the server has prepared are of the tables as they were.
    connection.close()


def load(state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute((FOLDER / f"{state}.sql").read_text())


def applied() -> set[tuple[str, str]]:
    """The migrations of ours that the database has had."""
    return {key for key in MigrationExecutor(connection).loader.applied_migrations if key[0] in OUR_LABELS}


def tables() -> set[str]:
    """The tables of ours that there are."""
    return {name for name in connection.introspection.table_names() if name.partition("_")[0] in OUR_LABELS}

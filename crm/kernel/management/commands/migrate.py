"""`migrate`, without the work that only SQLite needs.

For every index and constraint that a migration adds, Django makes anew the model classes of all that is related to its
table: here, where every table belongs to an organisation, some fifty. PostgreSQL needs none of them, for its statements
are written from the index alone. It was two thirds of a first start (docs/decisions/0019-migrations-by-state.md).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ProjectState


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with _models_made_anew_when_they_change():
            super().handle(*args, **options)


@contextmanager
def _models_made_anew_when_they_change() -> Iterator[None]:
    """Indexes and constraints are noted in a model's state, from which its class is made when it changes next."""
    state: Any = ProjectState
    before = state._append_option, state._remove_option
    state._append_option, state._remove_option = _append, _remove
    try:
        yield
    finally:
        state._append_option, state._remove_option = before


def _append(state: Any, app_label: str, model_name: str, option: str, added: Any) -> None:
    options = state.models[app_label, model_name].options
    options[option] = [*options[option], added]


def _remove(state: Any, app_label: str, model_name: str, option: str, name: str) -> None:
    options = state.models[app_label, model_name].options
    options[option] = [other for other in options[option] if other.name != name]

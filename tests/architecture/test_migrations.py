"""Migrations say what the models say, are linear, and can be taken back."""

from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython, RunSQL

from tests.architecture.test_tenancy import OURS

OUR_LABELS = [app.label for app in apps.get_app_configs() if app.name.startswith(OURS)]


def test_models_and_migrations_agree(db: Any) -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


@pytest.mark.parametrize("label", OUR_LABELS)
def test_each_apps_migrations_are_one_line(label: str) -> None:
    assert len(MigrationLoader(None).graph.leaf_nodes(label)) <= 1


def test_every_operation_can_be_taken_back() -> None:
    for (label, name), migration in MigrationLoader(None).disk_migrations.items():
        if label in OUR_LABELS:
            for operation in migration.operations:
                if isinstance(operation, (RunPython, RunSQL)):
                    assert operation.reversible, f"{label}.{name}"


def test_every_index_and_constraint_is_in_the_database(db: Any) -> None:
    """Those that migrations added without making the model's class anew (docs/decisions/0019) above all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes UNION SELECT conname FROM pg_constraint")
        there = {name for (name,) in cursor.fetchall()}
    declared = {
        part.name
        for model in apps.get_models()
        if model._meta.app_label in OUR_LABELS
        for part in (*model._meta.indexes, *model._meta.constraints)
    }
    assert len(declared) > 250
    assert declared - there == set()

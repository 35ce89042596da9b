"""One organisation with 100,000 people, loaded once for the module that asks, in a transaction that is undone."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from tests.cast import World, cast_for_a_test
from tests.large import Someone, load

PEOPLE = 100_000


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, list[Someone]]]:
    with django_db_blocker.unblock(), transaction.atomic():
        acme = cast_for_a_test().acme
        with acme.scope():
            everybody = load(acme, PEOPLE)
        # Once, now: each test's own end would check them all again.
        connection.check_constraints()
        yield acme, everybody
        transaction.set_rollback(True)

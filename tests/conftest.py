"""Fixtures that every test may use. Who the characters are: tests/cast.py."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from pytest_django.plugin import blocking_manager_key

from config import postgres
from crm.kernel.tenancy import scope_or_none
from tests.cast import Api, Cast, World, cast_for_a_test, keep_cast
from tests.proofs import IN_FULL
from tests.template_database import template_database


@pytest.fixture(scope="session", autouse=True)
def _server() -> Iterator[None]:
    """The embedded PostgreSQL, for as long as any test process runs."""
    from django.conf import settings

    with postgres.running(settings.ENV):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    _server: None, django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> None:
    """The test database is made only once there is a server, as a copy of one that is migrated."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template_database()


@pytest.fixture(autouse=True)
def _clean_slate() -> Iterator[None]:
    """No scope and no remembered total leaks from one test into another."""
    cache.clear()
    yield
    assert scope_or_none() is None, "a scope was left open"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The cast is built once for all tests: it takes longer than most of them."""
    with django_db_blocker.unblock():
        # Of a database that is used again (`--reuse-db`).
        call_command("flush", verbosity=0, interactive=False)
        keep_cast()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes minutes waits for `make proofs`, or for its own name."""
    large = [] if IN_FULL or _is_named(config) else [item for item in items if item.get_closest_marker("large")]
    if large:
        items[:] = [item for item in items if item not in large]
        config.hook.pytest_deselected(items=large)


def _is_named(config: pytest.Config) -> bool:
    """Whether files were asked for one by one."""
    return any(".py" in argument for argument in config.args)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A test whose rows others see ends by emptying all tables; the next one begins with the cast all the same."""
    yield
    if _empties_tables(item) and nextitem is not None:
        with item.config.stash[blocking_manager_key].unblock():
            keep_cast()


def _empties_tables(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    is_marked = marker is not None and bool(marker.kwargs.get("transaction"))
    return is_marked or "transactional_db" in getattr(item, "fixturenames", ())


@pytest.fixture
def cast(db: Any) -> Cast:
    """acme and its staff, acme in rehearsal (test mode), and rival."""
    return cast_for_a_test()


@pytest.fixture
def acme(cast: Cast) -> World:
    return cast.acme


@pytest.fixture
def rehearsal(cast: Cast) -> World:
    """acme in test mode."""
    return cast.rehearsal


@pytest.fixture
def rival(cast: Cast) -> World:
    return cast.rival


@pytest.fixture
def api(acme: World) -> Api:
    """acme's own machine, calling with a live secret key that may do everything."""
    return acme.api


@pytest.fixture
def committed_cast(transactional_db: Any) -> Cast:
    """The cast in rows that other threads and processes see."""
    return cast_for_a_test()

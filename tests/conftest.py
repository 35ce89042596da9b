"""Fixtures that every test may use. Who the characters are: tests/cast.py."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from config import postgres
from crm.kernel.tenancy import scope_or_none
from tests.cast import Api, Cast, World, build_cast


@pytest.fixture(scope="session", autouse=True)
def _server() -> Iterator[None]:
    """The embedded PostgreSQL, for as long as any test process runs."""
    from django.conf import settings

    with postgres.running(settings.ENV):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(_server: None, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The test database is made only once there is a server."""


@pytest.fixture(autouse=True)
def _clean_slate() -> Iterator[None]:
    """No scope and no remembered total leaks from one test into another."""
    cache.clear()
    yield
    assert scope_or_none() is None, "a scope was left open"


@pytest.fixture
def cast(db: Any) -> Cast:
    """acme and its staff, acme in rehearsal (test mode), and rival."""
    return build_cast()


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
    return build_cast()

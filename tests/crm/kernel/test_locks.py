"""Locks on names (reliability L4: one order everywhere)."""

from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.kernel.locks import hold_names, hold_platform_name
from crm.kernel.retries import LOCK_NOT_AVAILABLE, sqlstate_of
from crm.kernel.tenancy import NoScope
from tests.cast import Cast, World
from tests.crm.kernel.elsewhere import elsewhere


def must_wait(world: World, *names: str) -> bool:
    """Whether somebody else who asks for these names has to wait."""

    def ask() -> None:
        with world.scope(), transaction.atomic():
            impatiently()
            hold_names(*names)

    try:
        elsewhere(ask)
    except OperationalError as error:
        return sqlstate_of(error) == LOCK_NOT_AVAILABLE
    return False


def impatiently() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '200ms'")


def test_a_name_is_held_until_the_transaction_ends(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    with acme.scope():
        with transaction.atomic():
            hold_names("a", "b")
            assert must_wait(acme, "b")
            assert not must_wait(acme, "c")
        assert not must_wait(acme, "b")


def test_another_tenant_holds_its_own_names(committed_cast: Cast) -> None:
    with committed_cast.acme.scope(), transaction.atomic():
        hold_names("a")
        assert must_wait(committed_cast.acme, "a")
        assert not must_wait(committed_cast.rehearsal, "a")
        assert not must_wait(committed_cast.rival, "a")


def test_names_are_always_held_in_the_same_order_and_once(acme: World) -> None:
    asked = []
    for names in (("b", "a", "b"), ("a", "b")):
        with acme.scope(), CaptureQueriesContext(connection) as queries:
            hold_names(*names)
        asked.append([query["sql"] for query in queries])
    assert asked[0] == asked[1]
    assert len(asked[0]) == 2


def test_who_has_a_name_may_hold_it_again(acme: World) -> None:
    with acme.scope():
        hold_names("a")
        hold_names("a")


def test_names_of_tenants_need_a_scope(db: Any) -> None:
    with pytest.raises(NoScope):
        hold_names("a")


@pytest.mark.django_db(transaction=True)
def test_a_name_of_the_platform_needs_no_scope_and_is_waited_for_patiently() -> None:
    def ask() -> str:
        with transaction.atomic(), connection.cursor() as cursor:
            hold_platform_name("other")
            cursor.execute("SHOW lock_timeout")
            patience: str = cursor.fetchone()[0]
            impatiently()
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('platform:demo', 0))")
            return f"{patience}, free: {cursor.fetchone()[0]}"

    with transaction.atomic():
        hold_platform_name("demo")
        assert elsewhere(ask) == "5min, free: False"
    assert elsewhere(ask) == "5min, free: True"

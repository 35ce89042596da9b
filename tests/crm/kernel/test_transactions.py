"""Services inside services are one transaction without savepoints, and still all or nothing."""

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from crm.contacts.models import Contact
from crm.contacts.services import create_contact
from crm.kernel.clock import now
from crm.kernel.transactions import Spoilt, atomic
from tests.cast import World


class Mishap(Exception):
    pass


pytestmark = pytest.mark.django_db(transaction=True)


@atomic
def inner(name: str) -> None:
    create_contact(name=name, email=f"{name}@example.com")


@atomic
def outer(*, then_fail: bool = False, swallow: bool = False) -> None:
    inner("first")
    try:
        inner("second")
        if then_fail:
            raise Mishap
        failing()
    except Mishap:
        if not swallow:
            raise


@atomic
def failing() -> None:
    inner("third")
    raise Mishap


def kept() -> int:
    return Contact.objects.count()


def test_what_one_service_does_is_undone_when_the_one_that_called_it_fails(acme: World) -> None:
    with acme.scope():
        with pytest.raises(Mishap):
            outer(then_fail=True)
        assert kept() == 0


def test_a_failure_that_is_swallowed_is_told_and_keeps_nothing_half_done(acme: World) -> None:
    with acme.scope():
        with pytest.raises(Spoilt):
            outer(swallow=True)
        assert kept() == 0


def test_a_block_of_ones_own_saves_what_was_done_before_it(acme: World) -> None:
    @atomic
    def careful() -> None:
        inner("first")
        try:
            with transaction.atomic():
                failing()
        except Mishap:
            inner("second")

    with acme.scope():
        careful()
        assert kept() == 2


def test_nested_services_set_no_savepoints_of_their_own(acme: World) -> None:
    with acme.scope(), CaptureQueriesContext(connection) as queries:
        inner("first")
    savepoints = [query["sql"] for query in queries if query["sql"].startswith("SAVEPOINT")]
    # The one of save_person, which tells a taken address from other faults.
    assert len(savepoints) == 1


def test_an_error_of_the_database_is_raised_as_it_is(acme: World) -> None:
    @atomic
    def twice() -> None:
        inner("first")
        moment = now()
        double = Contact(email="first@example.com", email_key="first@example.com", created_at=moment, updated_at=moment)
        Contact.objects.bulk_create([double])

    with acme.scope():
        with pytest.raises(IntegrityError):
            twice()
        assert kept() == 0

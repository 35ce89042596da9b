"""Many rows by one statement, and the open scope with them."""

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.kernel.clock import now
from crm.kernel.copying import copy_rows, insert_rows, update_rows
from crm.kernel.events import record_all
from crm.kernel.models import Event
from crm.kernel.tenancy import ForeignRow
from crm.messaging.events import SuppressionLifted
from crm.messaging.models import Suppression
from tests.cast import World

pytestmark = pytest.mark.django_db
NASTY = (
    "tab\there",
    "new\nline",
    "back\\slash",
    "quote'",
    'double"',
    "{brace}",
    "NULL",
    "\\N",
    "",
    "ünï 日本 🙂",
    "a,b",
)


def an_entry(address: str, **values: Any) -> Suppression:
    given = {"channel": "email", "reason": "bounce", "key": address, "created_at": now(), **values}
    return Suppression(address=address, **given)


def kept() -> list[str]:
    return list(Suppression.objects.order_by("key").values_list("note", flat=True))


@pytest.mark.parametrize("write", [copy_rows, insert_rows])
def test_texts_come_out_as_they_went_in(acme: World, write: Any) -> None:
    with acme.scope():
        write(Suppression, [an_entry(f"{n:02}@example.com", note=note) for n, note in enumerate(NASTY)])
        assert kept() == list(NASTY)
        rows = list(Suppression.objects.order_by("key"))
        for row in rows:
            row.note = row.note[::-1]
        assert update_rows(Suppression, rows, ["note"]) == len(rows)
        assert kept() == [note[::-1] for note in NASTY]


def test_what_is_there_already_is_left_out_and_told(acme: World) -> None:
    with acme.scope():
        first, twin, other = an_entry("a@example.com"), an_entry("a@example.com"), an_entry("b@example.com")
        assert insert_rows(Suppression, [first]) == {first.pk}
        assert insert_rows(Suppression, [twin, other]) == {other.pk}
        assert insert_rows(Suppression, []) == set()
        with pytest.raises(IntegrityError), transaction.atomic():
            copy_rows(Suppression, [an_entry("c@example.com"), an_entry("a@example.com")])
        assert Suppression.objects.count() == 2


@pytest.mark.parametrize("write", [copy_rows, insert_rows])
def test_rows_of_another_place_are_refused(acme: World, rival: World, write: Any) -> None:
    with rival.scope():
        foreign = an_entry("x@example.com")
        foreign.claim()
    with acme.scope(), pytest.raises(ForeignRow), transaction.atomic():
        write(Suppression, [foreign])


def test_a_row_of_another_place_is_not_written_over(acme: World, rival: World) -> None:
    with rival.scope():
        theirs = an_entry("x@example.com", note="theirs")
        theirs.save()
    with acme.scope():
        mine = an_entry("x@example.com", pk=theirs.pk, note="mine")
        assert update_rows(Suppression, [mine], ["note"]) == 0
    with rival.scope():
        assert kept() == ["theirs"]


def test_many_events_are_written_by_one_statement(acme: World) -> None:
    events = [SuppressionLifted(suppression_id=UUID(int=n), channel="email", reason="bounce") for n in range(50)]
    with acme.scope(), CaptureQueriesContext(connection) as asked:
        record_all(events)
    assert len(asked) <= 1
    rows = Event.objects.filter(name="suppression.lifted", organisation_id=acme.organisation.pk)
    assert {row.subject_id for row in rows} == {str(UUID(int=n)) for n in range(50)}
    assert all(row.recorded_at and row.next_at and row.state == "done" for row in rows)


def test_none_is_no_event(acme: World) -> None:
    before = Event.objects.count()
    with acme.scope():
        record_all([])
    assert Event.objects.count() == before

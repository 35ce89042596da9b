"""Undoing gives the former state back, and leaves alone what somebody touched since."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.contacts.models import Contact, Customer
from crm.contacts.services import add_identity, update_customer
from crm.imports.errors import UndoTooLate, WrongImportState
from crm.imports.models import Import, State
from crm.imports.services import run_import, undo_import
from crm.leads.models import Lead
from crm.leads.services import capture_lead
from loyalty.members.models import Member
from tests.builders import a_customer, an_entry, stored
from tests.cast import World
from tests.crm.imports.files import csv_file, imported, people, ready, told

MOVING = {"updated_at", "search"}


def snapshot(world: World, contact_id: Any) -> dict[str, Any]:
    """Everything the person's two rows hold, save for when they were last changed."""
    customer = stored(world, contact_id)
    rows = (customer, customer.contact)
    return {
        f"{row._meta.model_name}.{field.attname}": getattr(row, field.attname)
        for row in rows
        for field in row._meta.concrete_fields
        if field.name not in MOVING
    }


def undone(world: World, of: Import) -> Import:
    with world.scope():
        return undo_import(import_id=of.id)


def test_undoing_restores_exactly_what_was_there(acme: World) -> None:
    known = a_customer(
        acme, name="Ann Old Lee", email="ann@example.com", phone="+447911111111", notes="mine", credit_limit="12.50",
        custom_fields={"shoe": 38}, assigned_to_id=acme.staff["agent"].pk,
    )  # fmt: skip
    before = snapshot(acme, known)
    header = ("name", "email", "phone", "company", "credit_limit", "shoe", "assigned_to", "status")
    row = ("Bo New", "ANN@example.com", "+447922222222", "Acme", "7", "44", str(acme.staff["owner"].pk), "inactive")
    done = imported(acme, csv_file(row, header=header))
    assert (done.updated, told(acme, done)) == (1, [])
    assert stored(acme, known).assigned_to_id == acme.staff["owner"].pk
    done = undone(acme, done)
    assert (done.state, done.undone) == (State.UNDONE, 1)
    assert snapshot(acme, known) == before
    assert acme.api.get("/dev/crm/customers", search="old").json()["pagination"]["total"] == 1
    assert acme.api.get("/dev/crm/customers", search="bo").json()["pagination"]["total"] == 0


def test_created_people_disappear_and_their_addresses_are_free_again(acme: World) -> None:
    done = imported(acme, csv_file(*people(3)))
    undone(acme, done)
    assert acme.api.get("/dev/crm/customers").json()["pagination"]["total"] == 0
    with acme.scope():
        assert not Member.objects.filter(left_at=None).exists()
    assert imported(acme, csv_file(*people(3))).created == 3


def test_what_was_touched_since_is_left_and_named(acme: World) -> None:
    known = a_customer(acme, name="Known", email="known@example.com")
    done = imported(acme, csv_file(*people(2), ("New", "known@example.com", "")))
    with acme.scope():
        touched = Contact.objects.get(email_key="person2@example.com")
        update_customer(contact_id=touched.pk, notes="mine")
        update_customer(contact_id=known, notes="mine too")
    done = undone(acme, done)
    assert done.undone == 1
    assert [(row, message) for row, _outcome, _field, message in told(acme, done)] == [
        (3, "The record was changed since."), (4, "The record was changed since."),
    ]  # fmt: skip
    with acme.scope():
        left = Customer.objects.filter(deleted_at=None).values_list("contact__name", flat=True)
        assert sorted(left) == ["New", "Person 2"]


def test_an_address_that_somebody_else_has_now_is_not_given_back(acme: World) -> None:
    known = a_customer(acme, name="Known", email="old@example.com")
    header = ("id", "name", "email")
    staged = ready(acme, csv_file((str(known), "Known", "new@example.com"), header=header), match_key="id")
    with acme.scope():
        run_import(import_id=staged.id)
    a_customer(acme, email="old@example.com")
    done = undone(acme, staged)
    assert [message for *_rest, message in told(acme, done)] == ["Somebody else has the former e-mail address."]
    assert stored(acme, known).contact.email == "new@example.com"


def test_a_promoted_person_stays(acme: World) -> None:
    an_entry(acme, email="ann@example.com", first_name="Ann")
    done = undone(acme, imported(acme, csv_file(("Ann Lee", "ann@example.com", ""))))
    assert done.undone == 0
    assert [message for *_rest, message in told(acme, done)] == [
        "This person was known before, from a listing, and stays."
    ]


def test_who_is_meant_by_another_record_since_stays_and_is_named(acme: World) -> None:
    done = imported(acme, csv_file(*people(3)))
    with acme.scope():
        ann, bo, _cid = Contact.objects.filter(deleted_at=None).order_by("email_key")
        capture_lead(name="Ann", email="lead@example.com")
        Lead.objects.filter(email_key="lead@example.com").update(customer=ann.pk)
        add_identity(contact_id=bo.pk, provider="EMAIL", value="bo@example.com")
    done = undone(acme, done)
    assert done.undone == 1
    assert [(row, message) for row, _outcome, _field, message in told(acme, done)] == [
        (2, "Other records belong to this person since."), (3, "Other records belong to this person since."),
    ]  # fmt: skip


def test_undoing_many_takes_as_many_statements_as_undoing_few(acme: World) -> None:
    counted = []
    for start, number in ((1, 2), (100, 60)):
        done = imported(acme, csv_file(*people(number, start)))
        with CaptureQueriesContext(connection) as statements:
            undone(acme, done)
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_rows_that_changed_nothing_are_no_obstacle(acme: World) -> None:
    a_customer(acme, name="Ann Lee", email="ann@example.com")
    done = imported(acme, csv_file(("Ann Lee", "ann@example.com", "")))
    assert (done.updated, undone(acme, done).undone) == (1, 1)


def test_after_thirty_days_it_is_too_late(acme: World) -> None:
    done = imported(acme, csv_file(*people(1)))
    with acme.scope():
        Import.objects.update(started_at=done.started_at - timedelta(days=30, minutes=1))  # type: ignore[operator]
        with pytest.raises(UndoTooLate):
            undo_import(import_id=done.id)


def test_what_did_not_run_or_is_undone_cannot_be_undone(acme: World) -> None:
    staged = ready(acme, csv_file(*people(1)))
    done = undone(acme, imported(acme, csv_file(*people(1))))
    for one in (staged, done):
        with pytest.raises(WrongImportState):
            undone(acme, one)

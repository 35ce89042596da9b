"""Chunks that go wrong: one row the database refuses, and work that fails again and again."""

from collections.abc import Iterator, Mapping

import pytest
from django.db import IntegrityError

from crm.contacts.importing import CustomerNoun
from crm.imports import nouns
from crm.imports.models import Import, OnMatch, State
from crm.imports.nouns import Batch, Refused, Written
from crm.imports.services import carry_on_import, check_import, import_file, run_import, undo_import
from crm.kernel.audit import events_about
from tests.builders import a_customer
from tests.cast import World
from tests.crm.imports.files import csv_file, people, ready, told


class Stubborn(CustomerNoun):
    """Customers in a table that refuses some, and in a program that has a fault."""

    name = "stubborn"
    broken = False

    def write(self, batch: Batch) -> Mapping[int, Written | Refused]:
        if self.broken:
            raise RuntimeError("a fault")
        if any(new.reading.person["name"] == "Refused" for new in batch.new):
            raise IntegrityError("not this one")
        return super().write(batch)


@pytest.fixture
def stubborn() -> Iterator[Stubborn]:
    noun = Stubborn()
    nouns.register(noun)
    yield noun
    del nouns._NOUNS[noun.name]


def test_a_row_that_the_database_refuses_costs_only_itself(acme: World, stubborn: Stubborn) -> None:
    rows = [*people(9), ("Refused", "no@example.com", ""), *people(8, 20)]
    with acme.scope():
        done = import_file(noun="stubborn", file=csv_file(*rows), file_name="x.csv")
    assert (done.created, done.skipped) == (17, 1)
    assert told(acme, done) == [(11, "error", "", "This row cannot be stored as it is.")]


def test_a_chunk_that_fails_five_times_fails_the_import_which_can_be_carried_on(
    acme: World, stubborn: Stubborn
) -> None:
    stubborn.broken = True
    with acme.scope():
        staged = import_file(noun="stubborn", file=csv_file(*people(1_001)), file_name="x.csv")
        more = [carry_on_import(import_id=staged.id) for _ in range(5)]
        failed = Import.objects.get()
        assert (more, failed.state) == ([True] * 4 + [False], State.FAILED)
        assert failed.failure == "RuntimeError: a fault"
        assert events_about("import", staged.id).filter(name="import.failed").count() == 1
        stubborn.broken = False
        run_import(import_id=staged.id)
        assert not carry_on_import(import_id=staged.id)
        assert Import.objects.get().created == 1_001


def test_a_message_too_many_does_nothing(acme: World) -> None:
    staged = ready(acme, csv_file(*people(2)))
    with acme.scope():
        assert not carry_on_import(import_id=staged.id)
        run_import(import_id=staged.id)
        assert not carry_on_import(import_id=staged.id)
        assert Import.objects.get().created == 2


def test_duplicates_are_found_across_chunks_and_on_the_way_of_trying_out(acme: World) -> None:
    staged = ready(acme, csv_file(*people(5_100), ("Again", "person1@example.com", "")))
    with acme.scope():
        check_import(import_id=staged.id)
        while carry_on_import(import_id=staged.id):
            pass
        checked = Import.objects.get()
        assert (checked.state, checked.created, checked.skipped) == (State.CHECKED, 5_100, 1)
        run_import(import_id=staged.id)
        while carry_on_import(import_id=staged.id):
            pass
        done = Import.objects.get()
        assert (done.state, done.created, done.skipped) == (State.FINISHED, 5_100, 1)
    assert told(acme, done) == [(5_102, "skipped", "email", "The same as row 2, which was taken.")]
    with acme.scope():
        undo_import(import_id=staged.id)
        assert carry_on_import(import_id=staged.id)
        assert Import.objects.get().undone == 2_000


def test_people_can_be_recognised_by_phone_id_and_external_id(acme: World) -> None:
    one = a_customer(acme, phone="+447911111111", custom_fields={"external_id": "A7"})
    for match_key, value in (("phone", "+44 7911 111111"), ("id", str(one)), ("external_id", "A7")):
        staged = ready(acme, csv_file((value, match_key), header=(match_key, "name")), match_key=match_key)
        with acme.scope():
            assert run_import(import_id=staged.id).updated == 1, told(acme, staged)


def test_one_phone_of_several_people_recognises_nobody(acme: World) -> None:
    for _ in range(2):
        a_customer(acme, phone="+447911111111")
    staged = ready(acme, csv_file(("+447911111111", "X"), header=("phone", "name")), match_key="phone")
    with acme.scope():
        run_import(import_id=staged.id)
    assert [row[3] for row in told(acme, staged)] == ["Several records have this."]


def test_what_is_recognised_can_be_left_alone_or_doubled(acme: World) -> None:
    a_customer(acme, email="one@example.com", phone="+447911111111")
    header = ("phone", "name", "email")
    for on_match, counts in ((OnMatch.SKIP, (0, 0, 1)), (OnMatch.CREATE, (1, 0, 0))):
        file = csv_file(("+447911111111", "Two", "two@example.com"), header=header)
        staged = ready(acme, file, match_key="phone", on_match=on_match)
        with acme.scope():
            done = run_import(import_id=staged.id)
        assert (done.created, done.updated, done.skipped) == counts

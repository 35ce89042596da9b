"""Staged rows go when an import can be undone no longer; the import and its counts stay."""

from datetime import timedelta

import pytest

from crm.imports.errors import WrongImportState
from crm.imports.models import Import, ImportRow
from crm.imports.services import forgetting, run_import
from crm.kernel.jobs import carry_on, run_now
from tests.cast import World
from tests.crm.imports.files import csv_file, imported, people, ready


def aged(world: World, of: Import, **age: int) -> Import:
    with world.scope():
        since = timedelta(**age)
        Import.objects.filter(pk=of.pk).update(
            created_at=of.created_at - since, started_at=of.started_at and of.started_at - since
        )
        return Import.objects.get(pk=of.pk)


def tidy() -> None:
    assert carry_on(run_now("forget_import_rows").pk)


def left(world: World) -> set[str]:
    with world.scope():
        return set(ImportRow.objects.values_list("of__file_name", flat=True))


def test_rows_go_after_thirty_days_and_counts_stay(acme: World, rival: World) -> None:
    old = aged(acme, imported(acme, csv_file(*people(3), ("Bad", "bad", ""))), days=31, minutes=1)
    aged(rival, imported(rival, csv_file(*people(2))), days=29)
    tidy()
    assert left(acme) == set()
    assert left(rival) == {"people.csv"}
    with acme.scope():
        again = Import.objects.get(pk=old.pk)
        assert (again.total, again.created, again.skipped) == (4, 3, 1)
    page = acme.browser_of("owner").get(f"/admin/imports/import/{old.pk}/change/").content.decode()
    assert "were removed after 30 days" in page


def test_an_upload_that_nobody_started_goes_too_and_cannot_be_started(acme: World) -> None:
    staged = aged(acme, ready(acme, csv_file(*people(2))), days=31, minutes=1)
    tidy()
    assert left(acme) == set()
    with acme.scope(), pytest.raises(WrongImportState):
        run_import(import_id=staged.pk)


def test_what_is_at_work_stays_however_long_it_takes(acme: World) -> None:
    aged(acme, imported(acme, csv_file(*people(1_001))), days=40)
    tidy()
    assert left(acme) == {"people.csv"}


def test_much_goes_in_several_steps(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    aged(acme, imported(acme, csv_file(*people(5))), days=32)
    with acme.scope():
        assert [forgetting.forget_rows() for _ in range(4)] == [2, 2, 1, 0]

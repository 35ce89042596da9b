"""Several at one file, or at the last room. Each race has a twin without its guard, which must do harm."""

import io
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from crm.files.errors import FileNotFound, NoRoom
from crm.files.models import StorageUse, StoredFile
from crm.files.selectors import pictures_of, room_used
from crm.files.services import Record, delete_file, deleting, put_pictures, store_file, storing
from tests.cast import Cast, World
from tests.crm.files.brought import CSV, a_file, picture, prepared
from tests.dialects.traces import latest_events
from tests.races.together import raised, succeeded, together

pytestmark = pytest.mark.xdist_group("races")

CALLERS = 6


def deleting_it(world: World, file_id: UUID) -> Callable[[], Any]:
    def work() -> None:
        with world.scope(), transaction.atomic():
            delete_file(file_id=file_id)

    return work


def bringing(world: World) -> Callable[[], Any]:
    def work() -> StoredFile:
        with world.scope(), transaction.atomic():
            return store_file(file=io.BytesIO(CSV), name="x.csv")

    return work


def used(world: World) -> int:
    with world.scope():
        return room_used()


def test_a_file_is_deleted_once_however_many_try(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    kept, file = a_file(acme), a_file(acme)
    outcomes = together(*[deleting_it(acme, file.pk)] * CALLERS)
    assert (succeeded(outcomes), raised(outcomes, FileNotFound)) == (1, CALLERS - 1), outcomes
    assert used(acme) == kept.size
    assert len(latest_events(acme, "file.deleted")) == 1


def test_without_the_lock_its_room_is_given_back_twice(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def unlocked(file_id: UUID, contact_id: UUID | None = None) -> StoredFile:
        file = StoredFile.objects.get(pk=file_id)
        time.sleep(0.3)
        return file

    monkeypatch.setattr(deleting, "locked_file", unlocked)
    acme = committed_cast.acme
    kept, file = a_file(acme), a_file(acme)
    together(*[deleting_it(acme, file.pk)] * CALLERS)
    assert used(acme) < kept.size
    assert len(latest_events(acme, "file.deleted")) > 1


def test_the_last_room_is_taken_once(committed_cast: Cast, settings: Any) -> None:
    settings.FILES_QUOTA = 2 * len(CSV)
    acme = committed_cast.acme
    outcomes = together(*[bringing(acme)] * CALLERS)
    assert (succeeded(outcomes), raised(outcomes, NoRoom)) == (2, CALLERS - 2), outcomes
    assert used(acme) == 2 * len(CSV)


def test_without_the_condition_there_is_more_than_fits(
    committed_cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked_first(size: int) -> None:
        taken = room_used()
        time.sleep(0.3)
        if taken + size > settings.FILES_QUOTA:
            raise NoRoom
        StorageUse.objects.update(used=taken + size)

    monkeypatch.setattr(storing, "take_room", looked_first)
    settings.FILES_QUOTA = 2 * len(CSV)
    acme = committed_cast.acme
    together(*[bringing(acme)] * CALLERS)
    with acme.scope():
        assert StoredFile.objects.count() > 2


def test_of_two_sets_of_pictures_one_is_left(committed_cast: Cast) -> None:
    acme, record = committed_cast.acme, Record("product", uuid4())
    sets = [prepared(picture(), picture()) for _ in range(3)]

    def putting(number: int) -> Callable[[], Any]:
        def work() -> None:
            with acme.scope(), transaction.atomic():
                put_pictures(of=record, pictures=sets[number])

        return work

    assert succeeded(together(*map(putting, range(3)))) == 3
    with acme.scope():
        assert [file.position for file in pictures_of("product", record.id)] == [0, 1]

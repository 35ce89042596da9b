"""A deleted file is gone: row, bytes, copies and the room they took."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from crm.files.errors import FileNotFound
from crm.files.models import PictureVariant, StoredFile
from crm.files.selectors import room_used
from crm.files.services import Record, delete_file, delete_files_of, put_pictures
from tests.cast import Cast, World
from tests.crm.files.brought import a_file, picture, prepared
from tests.crm.files.test_store_file import lying
from tests.dialects.traces import latest_events


def test_nothing_of_a_deleted_file_is_left(acme: World, storage: Path, django_capture_on_commit_callbacks: Any) -> None:
    with acme.scope():
        (file,) = put_pictures(of=Record("product", uuid4()), pictures=prepared(picture("PNG", (700, 10))))
        assert len(lying(storage)) == 3
        with django_capture_on_commit_callbacks(execute=True):
            delete_file(file_id=file.pk)
        assert (StoredFile.objects.count(), PictureVariant.objects.count(), room_used()) == (0, 0, 0)
    assert lying(storage) == []
    assert latest_events(acme, "file.deleted")[0].subject_id == str(file.pk)


def test_bytes_stay_until_the_row_is_gone_for_good(acme: World, storage: Path) -> None:
    file = a_file(acme)
    with acme.scope():
        delete_file(file_id=file.pk)
    assert len(lying(storage)) == 1


def test_one_deletes_ones_own_files_only(cast: Cast) -> None:
    mine, theirs = uuid4(), uuid4()
    file = a_file(cast.acme, contact_id=mine)
    for world, whose in ((cast.acme, theirs), (cast.rival, mine), (cast.rehearsal, None)):
        with world.scope(), pytest.raises(FileNotFound):
            delete_file(file_id=file.pk, contact_id=whose)
    with cast.acme.scope():
        delete_file(file_id=file.pk, contact_id=mine)
        with pytest.raises(FileNotFound):
            delete_file(file_id=file.pk, contact_id=mine)


def test_all_files_of_a_person_can_go_at_once(acme: World) -> None:
    mine = uuid4()
    for _ in range(3):
        a_file(acme, contact_id=mine)
    other = a_file(acme, contact_id=uuid4())
    with acme.scope():
        assert [delete_files_of(contact_id=mine, at_once=2) for _ in range(3)] == [2, 1, 0]
        assert list(StoredFile.objects.get_queryset()) == [other]

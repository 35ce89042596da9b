"""What nobody needs goes by itself, in steps that can be taken up again, and nothing else goes."""

import os
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from crm.files.models import StorageUse, StoredFile
from crm.files.selectors import room_used
from crm.files.services import Record, attach_file, put_pictures
from crm.kernel.clock import real_now
from crm.kernel.jobs import carry_on, run_now
from crm.kernel.models import JobRun
from crm.kernel.retries import in_transaction
from tests.cast import Cast, World
from tests.crm.files.brought import a_file, picture, prepared
from tests.crm.files.test_store_file import lying


def run(name: str) -> JobRun:
    started = run_now(name)
    while not carry_on(started.pk):
        started.refresh_from_db()
        assert not started.last_error, started.last_error
    started.refresh_from_db()
    return started


def made_old(path: Path, days: int = 2) -> Path:
    moment = (real_now() - timedelta(days=days)).timestamp()
    os.utime(path, (moment, moment))
    return path


def aged(world: World, file: StoredFile) -> None:
    with world.scope():
        StoredFile.objects.filter(pk=file.pk, kept_until__isnull=False).update(kept_until=real_now())


def test_an_upload_that_belongs_to_nothing_goes_after_a_day(cast: Cast) -> None:
    over, fresh, attached = (a_file(cast.acme) for _ in range(3))
    elsewhere = a_file(cast.rival)
    with cast.acme.scope():
        attach_file(file_id=attached.pk, to=Record("order", uuid4()))
    for world, file in ((cast.acme, over), (cast.acme, attached), (cast.rival, elsewhere)):
        aged(world, file)
    assert run("forget_files").done == 2
    with cast.acme.scope():
        assert set(StoredFile.objects.values_list("pk", flat=True)) == {fresh.pk, attached.pk}
        assert room_used() == fresh.size + attached.size


def test_more_than_one_step_is_taken(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.files.services.sweeping.AT_ONCE", 2)
    for _ in range(5):
        aged(acme, a_file(acme))
    assert run("forget_files").done == 5


def test_bytes_without_a_row_are_swept_away(cast: Cast, storage: Path) -> None:
    with cast.acme.scope():
        pictures = prepared(picture("PNG", (700, 10)))
        in_transaction(lambda: put_pictures(of=Record("product", uuid4()), pictures=pictures))
    kept = [made_old(path) for path in lying(storage)]
    folder = kept[0].parent
    old, young = made_old(_stray(folder, uuid4().hex)), _stray(folder, uuid4().hex)
    draft = made_old(_stray(folder, f"{kept[0].name[:32]}.{uuid4().hex}.draft"))
    nonsense = made_old(_stray(folder.with_name("zz"), "note.txt"))
    assert run("sweep_bytes").outcome == {"removed": 3}
    assert {old.exists(), draft.exists(), nonsense.exists()} == {False}
    assert set(lying(storage)) == {*kept, young}


def test_bytes_under_another_tenants_folder_are_not_theirs(cast: Cast, storage: Path) -> None:
    """A file of acme that lies in rival's folder has no row there."""
    file = a_file(cast.acme)
    lost = storage / cast.rival.organisation.id.hex / "live" / file.pk.hex[-2:] / file.pk.hex
    lost.parent.mkdir(parents=True)
    made_old(_stray(lost.parent, lost.name))
    assert run("sweep_bytes").outcome == {"removed": 1}
    assert [path.name for path in lying(storage)] == [file.pk.hex]


def test_the_room_taken_is_counted_anew(acme: World) -> None:
    file = a_file(acme)
    with acme.scope():
        StorageUse.objects.update(used=7)
    run("sweep_bytes")
    with acme.scope():
        assert room_used() == file.size


def _stray(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"stray")
    return folder / name

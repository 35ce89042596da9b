"""Somebody is given everything that is said to be theirs, once, by a link that is mailed."""

import email
import io
import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from crm.contacts.errors import ContactNotFound, LinkSpent
from crm.contacts.links import read_link_token
from crm.contacts.models import DataExport, ExportState
from crm.contacts.selectors import DATA_EXPORT, data_exports
from crm.contacts.services import (
    ask_for_export,
    build_export,
    delete_contact,
    ensure_export_is_good,
    erase_contact,
    fetch_export,
)
from crm.contacts.services.knowing import person_with
from crm.files.models import StoredFile
from crm.files.selectors import archive_of, files, opened
from crm.files.services import forget_files
from crm.kernel.models import QueuedTask
from crm.kernel.privacy.holdings import HOLDINGS
from crm.kernel.secret_links import SecretLink
from crm.messaging.services import send_due
from tests.builders import a_customer
from tests.cast import World
from tests.crm.messaging.letters import at
from tests.crm.privacy.canaries import OF_A_SHAPE, fill_with_canaries, texts_that_go
from tests.crm.privacy.stage import CANARY, FILE, NAME, a_whole_person

pytestmark = pytest.mark.django_db
A_DAY = timedelta(hours=24)


def exported(world: World, contact_id: UUID) -> DataExport:
    with world.scope():
        row = ask_for_export(contact_id=contact_id)
        build_export(data_export_id=row.pk)
        return DataExport.objects.get(pk=row.pk)


def archive(world: World, row: DataExport) -> zipfile.ZipFile:
    with world.scope(), opened(archive_of(DATA_EXPORT, row.pk)) as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def link_to(world: World, row: DataExport) -> SecretLink:
    """The token of the link, read from the letter that went out."""
    with world.scope():
        while send_due():
            pass
    for letter in sorted(Path(settings.OUTBOX).glob("*.eml")):
        text = _text(letter)
        if found := re.search(r"/portal/data/([\w.-]+)", text):
            token = read_link_token(found[1])
            if token.link_id == row.pk:
                return token
    raise AssertionError("no letter bears the link")


def _text(letter: Path) -> str:
    mail = email.message_from_bytes(letter.read_bytes())
    return "".join(
        part.get_payload(decode=True).decode()  # type: ignore[union-attr]
        for part in mail.walk()
        if part.get_content_maintype() == "text"
    )


def test_everything_that_is_theirs_is_in_it_and_nothing_else(acme: World) -> None:
    main = a_whole_person(acme)
    with acme.scope():
        fill_with_canaries(person_with(main))
    found = archive(acme, exported(acme, main))
    told = json.loads(found.read("data.json"))
    assert (told["person"], told["organisation"]) == (str(main), "Acme")
    for label, holding in HOLDINGS.items():
        names = {name for name, rule in holding.fields.items() if rule.is_exported}
        rows = told["records"].get(label, [])
        assert all(set(row) == names for row in rows), label
        for name in names & set(texts_that_go(holding)):
            if f"{label}.{name}" not in OF_A_SHAPE:
                assert CANARY in json.dumps([row[name] for row in rows]), f"{label}.{name}"
    assert {label for label, holding in HOLDINGS.items() if any(r.is_exported for r in holding.fields.values())} == set(
        told["records"]
    )


def test_what_was_sealed_is_in_it_in_clear_and_secrets_are_not(acme: World) -> None:
    main = a_whole_person(acme)
    records = json.loads(archive(acme, exported(acme, main)).read("data.json"))["records"]
    assert records["contacts.IdentityDocument"][0]["sealed_number"] == f"{CANARY}-P2"
    assert records["contacts.Contact"][-1]["custom_fields"] == {"pet": CANARY} or CANARY in json.dumps(records)
    assert "password" not in json.dumps(records)
    assert [row["snapshot"]["buyer"]["name"] for row in records["orders.Invoice"]] == [NAME]


def test_their_files_are_in_it_with_their_bytes(acme: World) -> None:
    main = a_whole_person(acme)
    found = archive(acme, exported(acme, main))
    listed = json.loads(found.read("data.json"))["records"]["files.StoredFile"]
    beside = {name: found.read(name) for name in found.namelist() if name != "data.json"}
    assert set(beside) == {f"files/{row['id']}/{row['name']}" for row in listed}
    assert sum(data == FILE for data in beside.values()) == 2


def test_it_holds_nobody_elses(acme: World) -> None:
    main, other = a_customer(acme, name="Ann"), a_customer(acme, name="Zacharias")
    found = archive(acme, exported(acme, main)).read("data.json").decode()
    assert "Zacharias" not in found
    assert str(other) not in found


def test_the_link_is_mailed_works_once_and_the_archive_goes(acme: World, places: Path) -> None:
    row = exported(acme, a_customer(acme))
    link = link_to(acme, row)
    with acme.scope():
        for _ in range(3):
            ensure_export_is_good(data_export_id=link.link_id, digest=link.digest)
        fetch_export(data_export_id=link.link_id, digest=link.digest)
        for use in (fetch_export, ensure_export_is_good):
            with pytest.raises(LinkSpent):
                use(data_export_id=link.link_id, digest=link.digest)
        later = DataExport.objects.get(pk=row.pk).fetched_at + timedelta(hours=2)  # type: ignore[operator]
    with at(acme, later):
        assert forget_files() == 1
        assert not StoredFile.objects.filter(record_id=row.pk).exists()


def test_the_link_is_dead_after_a_day(acme: World) -> None:
    row = exported(acme, a_customer(acme))
    link = link_to(acme, row)
    assert row.expires_at is not None
    with at(acme, row.expires_at):
        with pytest.raises(LinkSpent):
            fetch_export(data_export_id=link.link_id, digest=link.digest)
        assert data_exports().get(pk=row.pk).standing == ExportState.EXPIRED
        assert forget_files() == 1
    assert row.ready_at is not None
    assert row.expires_at - row.ready_at == A_DAY


def test_a_guessed_secret_opens_nothing(acme: World) -> None:
    row = exported(acme, a_customer(acme))
    with acme.scope(), pytest.raises(LinkSpent):
        fetch_export(data_export_id=row.pk, digest="0" * 64)


def test_asking_again_while_it_is_under_way_is_the_same(acme: World) -> None:
    main = a_customer(acme)
    with acme.scope():
        first, second = (ask_for_export(contact_id=main) for _ in range(2))
        assert first.pk == second.pk
        assert QueuedTask.objects.filter(name="contacts.build_export").count() == 1
        build_export(data_export_id=first.pk)
        assert ask_for_export(contact_id=main).pk != first.pk


def test_the_task_s_arguments_name_nobody(acme: World) -> None:
    with acme.scope():
        row = ask_for_export(contact_id=a_customer_in_scope())
        assert QueuedTask.objects.get(name="contacts.build_export").arguments == {"data_export_id": str(row.pk)}


def a_customer_in_scope() -> Any:
    from crm.contacts.services import create_customer

    return create_customer(name="Ann", email="ann@example.com").pk


def test_who_left_or_was_erased_meanwhile_gets_nothing(acme: World, rival: World) -> None:
    gone, erased = a_customer(acme), a_customer(acme)
    row, other = exported(acme, gone), exported(acme, erased)
    link, dead = link_to(acme, row), link_to(acme, other)
    with acme.scope():
        delete_contact(contact_id=gone)
        erase_contact(contact_id=erased)
        for spent in (link, dead):
            with pytest.raises(LinkSpent):
                fetch_export(data_export_id=spent.link_id, digest=spent.digest)
        for nobody in (gone, erased, a_customer_id_of(rival)):
            with pytest.raises(ContactNotFound):
                ask_for_export(contact_id=nobody)
        assert not DataExport.objects.filter(contact=erased).exists()


def a_customer_id_of(world: World) -> UUID:
    return UUID(int=7)


def test_staff_do_not_come_across_the_archive(acme: World) -> None:
    row = exported(acme, a_customer(acme))
    with acme.scope():
        assert not files().filter(record_id=row.pk).exists()


def test_a_full_storage_does_not_keep_it_from_them(acme: World, settings: Any) -> None:
    settings.FILES_QUOTA = 1
    assert exported(acme, a_customer(acme)).state == ExportState.READY

"""The page that the link to one's own data leads to: scanners may look, and one download it is."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from crm.contacts.links import write_link_token
from crm.contacts.models import DataExport
from crm.contacts.services import ask_for_export, build_export, exporting
from tests.builders import a_customer
from tests.cast import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> None:
    options = {"BACKEND": "crm.files.storage.WholeFiles", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": options}


@pytest.fixture
def path(acme: World, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a letter's link leads; only the letter has the secret, so it is made known here."""
    monkeypatch.setattr(exporting, "new_secret", lambda: "5ec4e7" * 10)
    contact_id = a_customer(acme, name="Ann Lee")
    with acme.scope():
        row = ask_for_export(contact_id=contact_id)
        build_export(data_export_id=row.pk)
    return f"/portal/data/{write_link_token(acme.tenant, row.pk, '5ec4e7' * 10)}"


def test_looking_uses_nothing_up(acme: World, path: str) -> None:
    for _ in range(3):
        answer = Client().get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        assert "Acme" in answer.content.decode()
    with acme.scope():
        assert DataExport.objects.get().state == "ready"


def test_the_button_gives_the_archive_once(path: str) -> None:
    answer = Client().post(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    found = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert b"Ann Lee" in found.read("data.json")
    for again in (Client().post(path), Client().get(path)):
        assert again.status_code == 400
        assert b"data.json" not in again.content


def test_a_token_that_was_tampered_with_is_no_link(path: str) -> None:
    assert Client().get(path[:-3] + "abc").status_code == 404


def test_a_link_of_another_kind_opens_nothing(acme: World, path: str) -> None:
    with acme.scope():
        other = DataExport.objects.get().contact_id
    assert Client().post(f"/portal/data/{write_link_token(acme.tenant, other, 'x')}").status_code == 400

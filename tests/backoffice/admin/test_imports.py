"""Imports in the back office: upload, map, try out, start, watch, undo."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.contacts.models import Contact
from crm.imports.models import Import, SavedMapping, State
from tests.builders import a_customer
from tests.cast import Cast, World
from tests.crm.imports.files import csv_file, imported, people, ready, text_of

LIST = "/admin/imports/import/"


def upload(browser: Client, *rows: Any, header: Any = ("Full name", "mail", "Colour")) -> Any:
    content = text_of([header, *rows]).encode()
    return browser.post(f"{LIST}add/", {"noun": "customers", "file": SimpleUploadedFile("people.csv", content)})


def page_of(of: Import) -> str:
    return f"{LIST}{of.pk}/change/"


def only(world: World) -> Import:
    with world.scope():
        return Import.objects.get()


def choices(**changed: str) -> dict[str, str]:
    columns = {"column_0": "name", "column_1": "email", "column_2": "custom:Colour"}
    return {**columns, "match_key": "email", "on_match": "overwrite", **changed}


def test_a_file_goes_all_the_way(acme: World) -> None:
    known = a_customer(acme, name="Old", email="known@example.com")
    browser = acme.browser_of("manager")
    assert "CSV file" in browser.get(f"{LIST}add/").content.decode()
    answer = upload(browser, ("Ann", "ann@example.com", "red"), ("New", "known@example.com", ""), ("Bad", "x", ""))
    of = only(acme)
    assert answer.headers["Location"] == f"{LIST}{of.pk}/map/"
    mapping = browser.get(answer.headers["Location"]).content.decode()
    assert '<option value="email" selected>' in mapping
    assert "Custom field “Colour”" in mapping

    tried = browser.post(f"{LIST}{of.pk}/map/", choices(), follow=True).content.decode()
    assert "nothing written yet" in tried
    assert "Enter a valid email address." in tried
    with acme.scope():
        assert Contact.objects.count() == 1

    done = browser.post(f"{LIST}{of.pk}/start/", follow=True).content.decode()
    assert "Finished" in done
    assert "It can be undone until" in done
    assert (only(acme).created, only(acme).updated, only(acme).skipped) == (1, 1, 1)
    file = b"".join(browser.get(f"{LIST}{of.pk}/errors/").streaming_content).decode()
    assert file.splitlines()[1] == "Bad,x,,mail: Enter a valid email address."

    assert "Undo people.csv?" in browser.get(f"{LIST}{of.pk}/undo/").content.decode()
    assert "Being undone" not in browser.post(f"{LIST}{of.pk}/undo/", follow=True).content.decode()
    assert only(acme).state == State.UNDONE
    with acme.scope():
        assert [(it.pk, it.name) for it in Contact.objects.filter(deleted_at=None)] == [(known, "Old")]


def test_a_mapping_is_remembered_for_the_next_file_with_these_headings(acme: World) -> None:
    browser = acme.browser_of("owner")
    upload(browser, ("Ann", "ann@example.com", "red"))
    browser.post(f"{LIST}{only(acme).pk}/map/", choices(column_2="company"))
    with acme.scope():
        assert SavedMapping.objects.get().mapping["Colour"] == "company"
        Import.objects.all().delete()
    page = browser.get(upload(browser, ("Bo", "bo@example.com", "x")).headers["Location"]).content.decode()
    assert '<option value="company" selected>' in page


def test_a_mapping_that_cannot_be_is_complained_about(acme: World) -> None:
    browser = acme.browser_of("owner")
    upload(browser, ("Ann", "ann@example.com", "red"))
    page = browser.post(f"{LIST}{only(acme).pk}/map/", choices(column_1="")).content.decode()
    assert "email: This column is missing." in page
    assert only(acme).state == State.UPLOADED


def test_a_file_that_cannot_be_read_is_complained_about_at_its_field(acme: World) -> None:
    browser = acme.browser_of("owner")
    page = browser.post(f"{LIST}add/", {"noun": "customers", "file": SimpleUploadedFile("x.csv", b"")})
    assert "The file is empty." in page.content.decode()
    with acme.scope():
        assert not Import.objects.exists()


def test_a_page_of_what_is_at_work_refreshes_itself(acme: World) -> None:
    running = imported(acme, csv_file(*people(1_001)))
    page = acme.browser_of("analyst").get(page_of(running)).content.decode()
    assert '<meta http-equiv="refresh" content="3">' in page
    assert "0 / 1001" in page.replace("1,001", "1001")
    done = imported(acme, csv_file(*people(1)))
    assert "refresh" not in acme.browser_of("analyst").get(page_of(done)).content.decode().split("<body")[0]


def test_without_imports_the_list_is_empty(acme: World) -> None:
    assert acme.browser_of("analyst").get(LIST).status_code == 200


def test_who_may_only_read_starts_and_undoes_nothing(acme: World) -> None:
    staged, done = ready(acme, csv_file(*people(1))), imported(acme, csv_file(*people(1, 7)))
    browser = acme.browser_of("agent")
    for answer in (
        browser.get(f"{LIST}{staged.pk}/map/"), browser.post(f"{LIST}{staged.pk}/start/"),
        browser.post(f"{LIST}{done.pk}/undo/"),
    ):  # fmt: skip
        assert answer.status_code == 404
    page = browser.get(page_of(done)).content.decode()
    assert f"{LIST}{done.pk}/undo/" not in page


def test_another_places_import_is_not_there(cast: Cast) -> None:
    done = imported(cast.acme, csv_file(*people(1)))
    browser = cast.rival.browser_of("owner")
    for path in (f"{LIST}{done.pk}/map/", f"{LIST}{done.pk}/errors/", f"{LIST}{done.pk}/undo/"):
        assert browser.get(path).status_code == 404
    assert browser.get(page_of(done)).headers["Location"] == "/admin/"
    assert browser.post(f"{LIST}{done.pk}/start/").status_code == 404


def test_starting_twice_says_so(acme: World) -> None:
    staged = ready(acme, csv_file(*people(1)))
    browser = acme.browser_of("owner")
    browser.post(f"{LIST}{staged.pk}/start/")
    page = browser.post(f"{LIST}{staged.pk}/start/", follow=True).content.decode()
    assert "present state does not allow this" in page.replace("&#x27;", "'")

"""S2 files: sent, fetched and deleted by whose they are, and by nobody else."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from crm.files.models import StoredFile
from crm.files.services import delete_file
from tests.cast import Cast, World
from tests.crm.files.brought import ACTIVE_PDF, CSV, HTML, PDF, SVG, bomb, document, picture
from tests.members import BASE, Member, a_member
from tests.selfservice.v1.sending import UPLOAD, form, read, send, send_form, uploaded

NOT_FOUND = "CRM.EXCEPTIONS.NOTFOUNDEXCEPTION"
INVALID = "CRM.EXCEPTIONS.INVALIDPARAMETEREXCEPTION"


@pytest.fixture
def ann(acme: World) -> Member:
    return a_member(acme)


def fetch(member: Member, file_id: object, accept: str = "*/*") -> Any:
    return read(member.api.client.get(f"{BASE}/files/{file_id}", headers={"Accept": accept}))


def test_what_was_sent_comes_back(ann: Member) -> None:
    answer = fetch(ann, uploaded(ann, PDF, "Offer.pdf"))
    assert (answer.status_code, answer.body) == (200, PDF)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('inline; filename="Offer.pdf"')


def test_every_file_is_sent_with_its_hands_tied(ann: Member) -> None:
    answer = fetch(ann, uploaded(ann))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("data", "name", "shown", "media_type"),
    [(PDF, "a.pdf", "inline", "application/pdf"), (ACTIVE_PDF, "a.pdf", "attachment", "application/pdf"),
     (picture(), "a.png", "inline", "image/png"), (CSV, "a.csv", "attachment", "text/csv; charset=utf-8"),
     (b"text", "a.txt", "attachment", "text/plain; charset=utf-8"),
     (document(), "a.docx", "attachment",
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document")],
)  # fmt: skip
def test_only_what_is_harmless_is_shown_by_a_browser(
    ann: Member, data: bytes, name: str, shown: str, media_type: str
) -> None:
    answer = fetch(ann, uploaded(ann, data, name))
    assert answer["Content-Disposition"].partition(";")[0] == shown
    assert answer["Content-Type"] == media_type


def test_whoever_asks_for_json_is_told_about_it(ann: Member) -> None:
    file_id = uploaded(ann, CSV, "people.csv", fileEntityType="CONTACTS")
    told = fetch(ann, file_id, "application/json").json()
    assert (told["id"], told["mime"], told["name"], told["size"]) == (file_id, "csv", "people.csv", len(CSV))
    assert isinstance(told["created_on"], int)
    link = told["url"].removeprefix("http://127.0.0.1:8000")
    assert read(Client().get(link)).body == CSV
    with ann.world.scope():
        assert StoredFile.objects.get(pk=file_id).entity_type == "CONTACTS"


def test_a_program_that_takes_pictures_only_gets_its_picture(ann: Member) -> None:
    assert fetch(ann, uploaded(ann, picture(), "a.png"), "image/avif,image/webp,image/*").status_code == 200


NAMES = {
    "a path": ("../../../etc/passwd.pdf", "passwd.pdf"),
    "one of Windows": ("..\\..\\boot.pdf", "boot.pdf"),
    "a lie": ("invoice.pdf.exe.PDF", "invoice.pdf.exe.pdf"),
    "letters from right to left": ("bill\u202efdp.pdf", "billfdp.pdf"),
    "very long": ("n" * 5_000 + ".pdf", None),
    "another script": ("Übersicht Ελλάδα.pdf", "Übersicht Ελλάδα.pdf"),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_name_does_no_harm(ann: Member, case: str) -> None:
    sent, kept = NAMES[case]
    file_id = uploaded(ann, PDF, sent)
    name = fetch(ann, file_id, "application/json").json()["name"]
    assert len(name) <= 150
    assert name.endswith(".pdf")
    assert kept in (None, name)
    header = fetch(ann, file_id)["Content-Disposition"]
    assert "\n" not in header
    assert header.isascii()


REFUSED = {
    "nothing": (b"", "a.pdf"),
    "SVG": (SVG, "a.svg"),
    "SVG called png": (SVG, "a.png"),
    "HTML called png": (HTML, "a.png"),
    "a script": (b"alert(1)", "a.js"),
    "a bomb": (bomb(), "a.png"),
    "half a picture": (picture("JPEG", (400, 400))[:300], "a.jpg"),
    "a picture that is a script": (b"GIF89a/*" + b"*/=alert(1);//" * 30, "a.gif"),
    "an archive that grows": (document(**{"word/x": b"\0" * 30_000_000}), "a.docx"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_taken_is_refused_by_its_field(ann: Member, case: str) -> None:
    answer = send(ann, UPLOAD, *REFUSED[case])
    body = answer.json()
    assert (answer.status_code, body["error"], body["parameters"]) == (400, INVALID, ["file"])
    with ann.world.scope():
        assert not StoredFile.objects.exists()


def test_more_than_twenty_megabytes_are_refused(ann: Member) -> None:
    answer = send(ann, UPLOAD, b"a" * (20 * 1024 * 1024 + 1), "a.txt")
    assert (answer.status_code, answer.json()["error"]) == (413, "CRM.EXCEPTIONS.PAYLOADTOOLARGEEXCEPTION")


@pytest.mark.parametrize("body", [{}, {"file": "file object"}, {"file": None}])
def test_a_body_without_a_file_is_refused(ann: Member, body: Any) -> None:
    answer = ann.api.post(UPLOAD, body)
    assert (answer.status_code, answer.json()["parameters"]) == (400, ["file"])


def test_an_unknown_kind_of_record_is_refused(ann: Member) -> None:
    answer = send(ann, UPLOAD, PDF, fileEntityType="SHOES")
    assert (answer.status_code, answer.json()["parameters"]) == (400, ["fileEntityType"])


def test_a_full_place_says_so(ann: Member, settings: Any) -> None:
    settings.FILES_QUOTA = 10
    answer = send(ann, UPLOAD, PDF)
    assert (answer.status_code, answer.json()["error"]) == (400, INVALID)
    assert "no room" in answer.json()["message"]


def test_a_deleted_file_is_gone(ann: Member) -> None:
    file_id = uploaded(ann)
    answer = ann.api.delete(f"{BASE}/files/{file_id}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert ann.api.delete(f"{BASE}/files/{file_id}").status_code == 404
    assert fetch(ann, file_id).status_code == 404


@pytest.mark.parametrize("verb", ["get", "delete"])
def test_unknown_foreign_and_deleted_files_look_alike(cast: Cast, verb: str) -> None:
    ann = a_member(cast.acme)
    others = [a_member(cast.acme, "bob@example.com"), a_member(cast.rival), a_member(cast.rehearsal)]
    deleted = uploaded(ann)
    with cast.acme.scope():
        delete_file(file_id=deleted)  # type: ignore[arg-type]
    theirs = [uploaded(other) for other in others]
    asked_for = (*theirs, deleted, uuid4(), "0", "nonsense", "%00", "..%5c..%5cpasswd")
    told = [ann.api.send(verb, f"{BASE}/files/{file_id}") for file_id in asked_for]
    answers = {(answer.status_code, answer.content.decode()) for answer in told}
    assert len(answers) == 1
    ((status, body),) = answers
    assert (status, json.loads(body)["error"]) == (404, NOT_FOUND)
    for other, file_id in zip(others, theirs, strict=True):
        assert fetch(other, file_id).status_code == 200


def test_the_same_key_stores_one_file(ann: Member) -> None:
    body = form(PDF)
    answers = [send_form(ann, UPLOAD, body, **{"Idempotency-Key": "once"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len({answer.json()["id"] for answer in answers}) == 1
    with ann.world.scope():
        assert StoredFile.objects.count() == 1

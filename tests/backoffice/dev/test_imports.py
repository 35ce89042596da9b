"""S4 `/customers/import` and `/imports`: translation only."""

import csv
import io
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from crm.contacts.models import Contact
from tests.builders import a_customer
from tests.cast import Api, Cast, World
from tests.crm.imports.files import people, text_of

ROUTE = "/dev/crm/customers/import"
HEADER = ("name", "email", "phone")


def sent(api: Api, content: bytes | str, path: str = ROUTE, **fields: Any) -> Any:
    """The answer to a form with the file."""
    raw = content.encode() if isinstance(content, str) else content
    form = {"file": SimpleUploadedFile("people.csv", raw, "text/csv"), **fields}
    return api.client.post(path, form)


def sent_rows(api: Api, *rows: Any, header: Any = HEADER, **options: Any) -> Any:
    return sent(api, text_of([header, *rows]), **options)


def test_a_small_file_is_done_before_answering(acme: World, api: Api) -> None:
    a_customer(acme, email="known@example.com", name="Old Name")
    answer = sent_rows(api, ("Ann Lee", "ann@example.com", ""), ("New Name", "KNOWN@example.com", ""), ("Bad", "x", ""))
    assert answer.status_code == 200, answer.content
    assert answer.json() == {
        "data": {
            "total": 3,
            "created": 1,
            "updated": 1,
            "skipped": 1,
            "errors": [{"row": 4, "field": "email", "message": "Enter a valid email address."}],
        }
    }
    listed = api.get("/dev/crm/customers", sort="name:asc").json()["data"]
    assert [row["name"] for row in listed] == ["Ann Lee", "New Name"]


def test_headings_are_read_whatever_their_case_and_others_become_custom_fields(acme: World, api: Api) -> None:
    answer = sent_rows(api, ("Ann", "ann@example.com", "42", "x"), header=("NAME", "Email", "Shoe Size", "_error"))
    assert answer.json()["data"]["created"] == 1, answer.content
    assert api.get("/dev/crm/customers").json()["data"][0]["custom_fields"] == {"Shoe Size": "42"}


def test_a_file_without_a_required_column_is_refused_by_name(api: Api) -> None:
    answer = sent_rows(api, ("Ann",), header=("name",))
    assert answer.status_code == 400
    assert answer.json() == {
        "message": "Invalid request parameters",
        "errors": [{"field": "email", "message": "This column is missing."}],
    }


def test_a_body_without_a_file_is_refused(api: Api) -> None:
    assert api.post(ROUTE, "{}").json()["errors"][0]["field"] == "file"
    assert api.client.post(ROUTE, {"other": "x"}).status_code == 400


def test_more_than_a_thousand_rows_are_left_to_the_worker(acme: World, api: Api) -> None:
    answer = sent_rows(api, *people(1_001), path="/v1/dev/crm/customers/import")
    assert answer.status_code == 202, answer.content
    told = answer.json()["data"]
    assert told["status"] == "running"
    assert told["progress_url"] == f"/v1/dev/crm/imports/{told['import_id']}"
    seen = api.get(told["progress_url"]).json()["data"]
    assert (seen["status"], seen["total"], seen["done"]) == ("running", 1_001, 0)


def test_an_import_tells_what_became_of_it(acme: World, api: Api) -> None:
    where = sent_rows(api, ("Ann", "ann@example.com", ""), ("=1+1", "bad", "")).headers["Location"]
    seen = api.get(where).json()["data"]
    assert (seen["status"], seen["noun"], seen["created"], seen["skipped"]) == ("finished", "customers", 1, 1)
    assert seen["errors"] == [{"row": 3, "field": "email", "message": "Enter a valid email address."}]
    file = api.get(seen["errors_url"])
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(b"".join(file.streaming_content).decode())))
    assert rows == [[*HEADER, "_error"], ["'=1+1", "bad", "", "email: Enter a valid email address."]]


def test_a_corrected_error_file_can_be_sent_again(acme: World, api: Api) -> None:
    where = sent_rows(api, ("=Ann", "bad", "")).headers["Location"]
    errors = b"".join(api.get(f"{where}/errors").streaming_content).decode()
    again = sent(api, errors.replace("bad", "ann@example.com"))
    assert again.json()["data"]["created"] == 1, again.content
    (row,) = api.get("/dev/crm/customers").json()["data"]
    assert (row["name"], row["custom_fields"]) == ("=Ann", {})


def test_what_was_exported_can_be_imported(acme: World, api: Api) -> None:
    a_customer(acme, name="+Ann", email="ann@example.com", custom_fields={"a": 1, "b": {"c": [2]}})
    before = api.get("/dev/crm/customers").json()["data"][0]
    exported = b"".join(api.get("/dev/crm/customers/export").streaming_content)
    answer = sent(api, exported)
    assert answer.json()["data"] == {"total": 1, "created": 0, "updated": 1, "skipped": 0, "errors": []}
    assert api.get("/dev/crm/customers").json()["data"][0] == before


def test_an_import_is_undone(acme: World, api: Api) -> None:
    a_customer(acme, email="known@example.com", name="Old Name")
    rows = ("Ann", "ann@example.com", ""), ("New Name", "known@example.com", "")
    where = sent_rows(api, *rows).headers["Location"]
    answer = api.post(f"{where}/undo")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["data"]["status"], answer.json()["data"]["undone"]) == ("undone", 2)
    assert [row["name"] for row in api.get("/dev/crm/customers").json()["data"]] == ["Old Name"]
    assert api.post(f"{where}/undo").status_code == 409


def test_strangers_neither_see_nor_undo_an_import(cast: Cast) -> None:
    where = sent_rows(cast.acme.api, ("Ann", "ann@example.com", "")).headers["Location"]
    for stranger in (cast.rival.api, cast.rehearsal.api):
        unknown = stranger.get(f"/dev/crm/imports/{uuid4()}")
        for answer in (stranger.get(where), stranger.get(f"{where}/errors"), stranger.post(f"{where}/undo")):
            assert (answer.status_code, answer.json()) == (404, unknown.json())
    with cast.acme.scope():
        assert Contact.objects.filter(email_key="ann@example.com", deleted_at=None).exists()


def test_each_noun_asks_for_its_own_grant(acme: World) -> None:
    content = text_of([HEADER, ("Ann", "ann@example.com", "")])
    assert sent(acme.key_with("auth:members:write"), content).status_code == 200
    assert sent(acme.key_with("crm:leads:write", "crm:imports:write"), content).status_code == 403
    where = sent(acme.api, content).headers["Location"]
    reader = acme.key_with("crm:imports:read")
    assert reader.get(where).status_code == 200
    assert reader.post(f"{where}/undo").status_code == 403


def test_a_large_file_is_read_from_disk_and_one_above_20_mb_refused(api: Api) -> None:
    wide = [(f"P {n}", f"p{n}@example.com", "x" * 9_000) for n in range(400)]
    answer = sent_rows(api, *wide, header=("name", "email", "notes"))
    assert (answer.status_code, answer.json()["data"]["created"]) == (200, 400), answer.content[:500]
    assert sent(api, b"x" * (20 * 1024 * 1024 + 1)).status_code == 413


def test_the_same_request_sent_twice_is_done_once(acme: World, api: Api) -> None:
    content = text_of([HEADER, ("Ann", "ann@example.com", "")])
    boundary = "edge"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{content}\r\n--{boundary}--\r\n"
    )
    kind = f"multipart/form-data; boundary={boundary}"
    first, again = (
        api.post(ROUTE, body, content_type=kind, headers={"Idempotency-Key": "one"}) for _ in range(2)
    )  # fmt: skip
    assert first.json()["data"]["created"] == 1, first.content
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"


def test_leads_come_by_the_same_way(acme: World, api: Api) -> None:
    rows = ("Ann", "ann@example.com", "40"), ("Bad", "bad@example.com", "101")
    answer = sent_rows(api, *rows, header=("name", "email", "score"), path="/dev/crm/leads/import")
    assert answer.status_code == 200, answer.content
    told = answer.json()["data"]
    assert (told["total"], told["created"], told["skipped"]) == (2, 1, 1)
    assert [(error["row"], error["field"]) for error in told["errors"]] == [(3, "score")]
    assert [lead["name"] for lead in api.get("/dev/crm/leads").json()["data"]] == ["Ann"]
    where = answer.headers["Location"]
    assert api.post(f"{where}/undo").json()["data"]["undone"] == 1
    assert api.get("/dev/crm/leads").json()["data"] == []

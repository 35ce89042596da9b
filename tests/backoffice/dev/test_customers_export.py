"""S4 `GET /customers/export` (s4 §6, 13 and 14; reliability X5)."""

import json
from typing import Any

import pytest

from backoffice.dev import csv_files
from backoffice.dev.csv_files import guarded
from crm.contacts.selectors import customers
from tests.backoffice.dev.wire import CUSTOMERS, FIELDS, complaints, message, sheet
from tests.builders import a_customer, customers_of
from tests.cast import Api, World

EXPORT = f"{CUSTOMERS}/export"


def test_a_file_holds_every_field_of_the_record(api: Api, acme: World) -> None:
    agent = acme.staff["agent"].pk
    contact_id = a_customer(
        acme, name="Ann Lee", email="ann@example.com", company_name='Lee "&" Co, Ltd', notes="Two\r\nlines",
        credit_limit=5, custom_fields={"shoe": 44, "hat": "Größe"}, assigned_to_id=agent, status="blocked",
    )  # fmt: skip
    answer = api.get(EXPORT)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="customers.csv"'
    assert (answer["Cache-Control"], bool(answer["X-Request-Id"])) == ("no-store", True)
    (row,) = sheet(answer)
    assert list(row) == FIELDS
    record = api.get(f"{CUSTOMERS}/{contact_id}").json()["data"]
    assert json.loads(row.pop("custom_fields")) == record.pop("custom_fields")
    assert row.pop("credit_limit") == "5.00"
    assert record.pop("credit_limit") == 5
    assert row == {name: value or "" for name, value in record.items()}


def test_lines_and_quotes_are_those_of_the_rfc(api: Api, acme: World) -> None:
    a_customer(acme, name="Ann", email="ann@example.com", company_name='A "B", C', notes="x\ny")
    content = b"".join(api.get(EXPORT).streaming_content)
    assert content.startswith(",".join(FIELDS).encode() + b"\r\n")
    assert b',"A ""B"", C",' in content
    assert b',"x\ny",' in content
    assert content.endswith(b"\r\n")


def test_without_customers_there_is_a_header_only(api: Api) -> None:
    assert b"".join(api.get(EXPORT).streaming_content) == ",".join(FIELDS).encode() + b"\r\n"


@pytest.mark.parametrize(
    ("text", "cell"),
    [("=1+1", "'=1+1"), ("+357", "'+357"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
     ("\r=1", "'\r=1"), ("\n=1", "'\n=1"), ("＝1", "'＝1"), ("＋1", "'＋1"), ("－1", "'－1"), ("＠1", "'＠1"),
     ("'=1", "''=1"), ("''@", "'''@"), ("'tis", "'tis"), ("1-1", "1-1"), ("a=b", "a=b"), ("", ""), ("'", "'")],
)  # fmt: skip
def test_no_cell_is_calculated_and_taking_one_quote_away_gives_back_its_text(text: str, cell: str) -> None:
    assert guarded(text) == cell
    assert (cell[1:] if cell != text else cell) == text


def test_formulas_in_any_text_are_quoted(api: Api, acme: World) -> None:
    evil = '=HYPERLINK("http://x.example","y")'
    fields = ("name", "company_name", "billing_address", "shipping_address", "payment_terms", "tax_id", "notes")
    a_customer(acme, **dict.fromkeys(fields, evil), phone="+35799123834", custom_fields={"=x": evil})
    (row,) = sheet(api.get(EXPORT))
    assert {row[field.removesuffix("_name")] for field in fields if field != "name"} == {f"'{evil}"}
    assert (row["name"], row["phone"]) == (f"'{evil}", "'+35799123834")
    assert row["custom_fields"].startswith("{")
    assert not [cell for cell in row.values() if cell.startswith(tuple("=+-@\t\r\n"))]


def test_the_filters_are_those_of_the_list_and_pages_are_none(api: Api, acme: World) -> None:
    customers_of(acme, 12)
    a_customer(acme, name="Zoe", status="blocked")
    assert len(sheet(api.get(EXPORT, page=2, limit=5))) == 13
    assert [row["name"] for row in sheet(api.get(EXPORT, status="blocked"))] == ["Zoe"]
    assert [row["name"] for row in sheet(api.get(EXPORT, search="zo"))] == ["Zoe"]
    assert sheet(api.get(EXPORT, search="nobody")) == []


@pytest.mark.parametrize(("parameter", "value"), [("status", "gone"), ("assigned_to", "me"), ("type", "firm")])
def test_a_filter_that_cannot_be_is_refused_in_json(api: Api, parameter: str, value: str) -> None:
    assert set(complaints(api.get(EXPORT, **{parameter: value}))) == {parameter}


@pytest.mark.parametrize("chunk", [1, 2, 3, 7])
def test_chunks_follow_each_other_without_gap_or_overlap(api: Api, acme: World, monkeypatch: Any, chunk: int) -> None:
    monkeypatch.setattr(csv_files, "CHUNK", chunk)
    ids = [str(contact_id) for contact_id in customers_of(acme, 6)]
    answer = api.get(EXPORT)
    assert [row["id"] for row in sheet(answer)] == ids[::-1]


def test_people_of_one_moment_are_told_apart_by_id(api: Api, acme: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(csv_files, "CHUNK", 2)
    ids = [str(contact_id) for contact_id in customers_of(acme, 5)]
    with acme.scope() as scope:
        customers().update(created_at=scope.now)
    assert [row["id"] for row in sheet(api.get(EXPORT))] == sorted(ids, reverse=True)


def test_who_comes_or_goes_meanwhile_shifts_nobody(api: Api, acme: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(csv_files, "CHUNK", 2)
    ids = [str(contact_id) for contact_id in customers_of(acme, 6)]
    chunks = iter(api.get(EXPORT).streaming_content)
    sent = [next(chunks), next(chunks)]
    for gone in (ids[0], ids[5]):
        api.delete(f"{CUSTOMERS}/{gone}")
    new = str(a_customer(acme))
    content = b"".join([*sent, *chunks]).decode()
    assert [content.count(contact_id) for contact_id in [*ids, new]] == [0, 1, 1, 1, 1, 1, 0]


def test_a_file_is_of_one_organisation_and_mode(api: Api, acme: World, rehearsal: World, rival: World) -> None:
    for world in (acme, rehearsal, rival):
        a_customer(world, name=f"{world.organisation.slug} {world.mode}")
    found = [[row["name"] for row in sheet(world.api.get(EXPORT))] for world in (acme, rehearsal, rival)]
    assert found == [["acme live"], ["acme test"], ["rival live"]]


@pytest.mark.parametrize("accept", ["text/csv", "text/*", "*/*", "application/json"])
def test_whoever_takes_csv_or_json_is_served(api: Api, accept: str) -> None:
    assert api.client.get(EXPORT, headers={"Accept": accept}).status_code == 200


def test_whoever_takes_neither_is_not(api: Api) -> None:
    assert api.client.get(EXPORT, headers={"Accept": "image/png"}).status_code == 406
    assert api.client.get(CUSTOMERS, headers={"Accept": "text/csv"}).status_code == 406


@pytest.mark.parametrize("verb", ["post", "put", "delete", "patch"])
def test_the_word_export_is_no_id(api: Api, verb: str) -> None:
    answer = api.send(verb, EXPORT, {"name": "x"})
    assert message(answer, 405)
    assert {name.strip() for name in answer["Allow"].split(",")} == {"GET", "HEAD"}

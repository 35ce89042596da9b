"""S4 `GET /customers` (s4 §1, §3)."""

from typing import Any

import pytest

from crm.kernel.ids import new_id
from tests.backoffice.dev.wire import CUSTOMERS, FIELDS, complaints, names
from tests.builders import a_customer, an_entry, customers_of
from tests.cast import Api, World


def test_a_row_is_the_record(api: Api, acme: World) -> None:
    contact_id = a_customer(acme, name="Ann", credit_limit=5)
    (row,) = api.get(CUSTOMERS).json()["data"]
    assert list(row) == FIELDS
    assert row == api.get(f"{CUSTOMERS}/{contact_id}").json()["data"]


@pytest.mark.parametrize("prefix", ["/dev/crm", "/v1/dev/crm"])
def test_pages_hold_ten_unless_asked_otherwise(api: Api, acme: World, prefix: str) -> None:
    customers_of(acme, 12)
    first, second = api.get(f"{prefix}/customers"), api.get(f"{prefix}/customers", page=2, limit=5)
    assert (len(names(first)), first.json()["pagination"]) == (10, {"total": 12, "page": 1, "limit": 10})
    assert (len(names(second)), second.json()["pagination"]) == (5, {"total": 12, "page": 2, "limit": 5})
    assert names(api.get(f"{prefix}/customers", page=99)) == []


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("page", "0"), ("limit", "101"), ("limit", "x"), ("status", "deleted"), ("status", "active,gone"),
     ("type", "firm"), ("assigned_to", "me"), ("search", "x" * 201), ("sort", "contact__name"), ("sort", "name:up")],
)  # fmt: skip
def test_a_parameter_that_cannot_be_is_refused_by_name(api: Api, parameter: str, value: str) -> None:
    assert set(complaints(api.get(CUSTOMERS, **{parameter: value}))) == {parameter}


def test_filters_narrow_alone_and_together(api: Api, acme: World) -> None:
    agent = acme.staff["agent"].pk
    a_customer(acme, name="Ann", type="business", assigned_to_id=agent)
    a_customer(acme, name="Bob", status="blocked", assigned_to_id=agent)
    a_customer(acme, name="Cid", status="inactive", type="business")
    expected: list[tuple[dict[str, Any], set[str]]] = [
        ({"status": "active"}, {"Ann"}), ({"status": "blocked"}, {"Bob"}),
        ({"status": "blocked,inactive"}, {"Bob", "Cid"}),
        ({"type": "business"}, {"Ann", "Cid"}), ({"type": "individual"}, {"Bob"}),
        ({"assigned_to": agent}, {"Ann", "Bob"}),
        ({"assigned_to": agent, "type": "business"}, {"Ann"}), ({"assigned_to": new_id()}, set()),
        ({"search": "an", "status": "active"}, {"Ann"}), ({"search": "!?"}, set()),
        ({"shoe": 44}, {"Ann", "Bob", "Cid"}),
        ({"status": "", "type": "", "assigned_to": "", "search": ""}, {"Ann", "Bob", "Cid"}),
    ]  # fmt: skip
    for asked, found in expected:
        assert set(names(api.get(CUSTOMERS, **asked))) == found, asked


def test_search_finds_by_company_too(api: Api, acme: World) -> None:
    a_customer(acme, name="Ann", company_name="Tech Corp")
    assert names(api.get(CUSTOMERS, search="tech")) == ["Ann"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("name", ["Ann", "Bob"]), ("name:desc", ["Bob", "Ann"]), ("createdAt:asc", ["Bob", "Ann"]), ("", ["Ann", "Bob"])],
)  # fmt: skip
def test_latest_come_first_unless_sorted_otherwise(api: Api, acme: World, sort: str, expected: list[str]) -> None:
    a_customer(acme, name="Bob")
    a_customer(acme, name="Ann")
    assert names(api.get(CUSTOMERS, **({"sort": sort} if sort else {}))) == expected


def test_only_living_customers_of_ones_own_organisation_and_mode_show(
    api: Api, acme: World, rehearsal: World, rival: World
) -> None:
    an_entry(acme, first_name="Listed", email="listed@example.com")
    api.delete(f"{CUSTOMERS}/{a_customer(acme, name='Deleted')}")
    a_customer(rehearsal, name="Rehearsal")
    a_customer(rival, name="Rival")
    assert (names(api.get(CUSTOMERS)), names(rehearsal.api.get(CUSTOMERS))) == ([], ["Rehearsal"])

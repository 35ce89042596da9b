"""S0 `GET /customers` (s0 §5, §6)."""

from datetime import timedelta

import pytest

from tests.builders import a_customer, customers_of
from tests.cast import Api, World

ENVELOPE = {"page", "limit", "total", "total_pages", "has_next", "has_prev"}


def names(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["data"]]


def test_an_empty_list_has_its_whole_envelope(api: Api) -> None:
    answer = api.get("/v1/customers")
    assert answer.json() == {
        "data": [],
        "pagination": {"page": 1, "limit": 20, "total": 0, "total_pages": 0, "has_next": False, "has_prev": False},
    }


def test_a_row_has_the_documented_fields(api: Api, acme: World) -> None:
    contact_id = a_customer(acme, name="John Doe", email="john@example.com", phone="+1234567890")
    (row,) = api.get("/v1/customers").json()["data"]
    assert {key: row[key] for key in ("id", "name", "email", "phone", "tier", "points_balance", "status")} == {
        "id": f"cus_{contact_id}", "name": "John Doe", "email": "john@example.com", "phone": "+1234567890",
        "tier": "bronze", "points_balance": 0, "status": "active",
    }  # fmt: skip
    assert set(row) == {"id", "name", "email", "phone", "tier", "points_balance", "status", "created_at", "updated_at"}
    assert row["created_at"].endswith("Z")
    assert len(row["created_at"]) == len("2024-01-01T00:00:00.000Z")


@pytest.mark.parametrize("prefix", ["/v1", "/api/v1"])
def test_both_spellings_of_the_path_serve_the_same(api: Api, acme: World, prefix: str) -> None:
    a_customer(acme, name="Ann")
    assert names(api.get(f"{prefix}/customers")) == ["Ann"]


def test_pages_follow_each_other_and_tell_their_place(api: Api, acme: World) -> None:
    customers_of(acme, 5)
    first, last = api.get("/v1/customers", limit=2), api.get("/v1/customers", limit=2, page=3)
    assert first.json()["pagination"] == {
        "page": 1, "limit": 2, "total": 5, "total_pages": 3, "has_next": True, "has_prev": False,
    }  # fmt: skip
    assert last.json()["pagination"] == {
        "page": 3, "limit": 2, "total": 5, "total_pages": 3, "has_next": False, "has_prev": True,
    }  # fmt: skip
    assert len(last.json()["data"]) == 1


def test_a_page_beyond_the_last_is_empty_with_true_totals(api: Api, acme: World) -> None:
    customers_of(acme, 3)
    answer = api.get("/v1/customers", page=99)
    assert answer.json()["data"] == []
    assert answer.json()["pagination"]["total"] == 3


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("page", "0"), ("page", "-1"), ("page", "x"), ("page", ""), ("page", "1.5"), ("page", "9" * 30),
     ("limit", "0"), ("limit", "101"), ("limit", "x"), ("limit", "٣")],
)  # fmt: skip
def test_a_page_or_limit_out_of_range_is_refused_by_name(api: Api, parameter: str, value: str) -> None:
    answer = api.get("/v1/customers", **{parameter: value})
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["field"] == parameter


def test_latest_come_first_by_default(api: Api, acme: World) -> None:
    a_customer(acme, name="Older")
    a_customer(acme, name="Newer")
    assert names(api.get("/v1/customers")) == ["Newer", "Older"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("name:asc", ["Ann", "Bob", "Cid"]), ("name:desc", ["Cid", "Bob", "Ann"]), ("name", ["Ann", "Bob", "Cid"]),
     ("email:asc", ["Cid", "Ann", "Bob"]), ("status:asc,name:desc", ["Cid", "Ann", "Bob"]),
     ("created_at:asc", ["Bob", "Cid", "Ann"]), ("updated_at:desc", ["Ann", "Cid", "Bob"])],
)  # fmt: skip
def test_sorting(api: Api, acme: World, sort: str, expected: list[str]) -> None:
    a_customer(acme, name="Bob", email="z@example.com", status="inactive")
    a_customer(acme, name="Cid", email="a@example.com")
    a_customer(acme, name="Ann", email="M@example.com")
    assert names(api.get("/v1/customers", sort=sort)) == expected


@pytest.mark.parametrize("sort", ["points:asc", "name:up", "contact__name", "-name", "name:asc:desc", ","])
def test_sorting_by_anything_else_is_refused(api: Api, sort: str) -> None:
    answer = api.get("/v1/customers", sort=sort)
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["field"] == "sort"


def test_filters_narrow_together(api: Api, acme: World) -> None:
    a_customer(acme, name="Gold one", email="g@example.com")
    api.patch(f"/v1/customers/{a_customer(acme, name='Gold two', status='inactive')}", {"tier": "gold"})
    api.patch(f"/v1/customers/{a_customer(acme, name='Gold three')}", {"tier": "gold"})
    assert set(names(api.get("/v1/customers", **{"filter[tier]": "gold"}))) == {"Gold two", "Gold three"}
    assert names(api.get("/v1/customers", **{"filter[tier]": "gold", "filter[status]": "active"})) == ["Gold three"]
    assert len(names(api.get("/v1/customers", **{"filter[tier]": "gold,bronze"}))) == 3


def test_a_blocked_customer_reads_inactive(api: Api, acme: World) -> None:
    a_customer(acme, name="Blocked", status="blocked")
    answer = api.get("/v1/customers", **{"filter[status]": "inactive"})
    assert names(answer) == ["Blocked"]
    assert answer.json()["data"][0]["status"] == "inactive"
    assert names(api.get("/v1/customers", **{"filter[status]": "active"})) == []


def test_email_and_phone_filters_compare_normalised(api: Api, acme: World) -> None:
    a_customer(acme, name="Ann", email="Ann@Example.com", phone="+357 99 123834")
    assert names(api.get("/v1/customers", **{"filter[email]": " ANN@example.COM"})) == ["Ann"]
    assert names(api.get("/v1/customers", **{"filter[phone]": "35799123834"})) == ["Ann"]
    assert names(api.get("/v1/customers", **{"filter[phone]": "99123834"})) == []


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("filter[shoe]", "1"), ("filter[]", "1"), ("filter[tier]", "gould"), ("filter[status]", "blocked"),
     ("filter[contact__email]", "x"), ("date_from", "yesterday"), ("date_to", "2024-13-01"), ("search", "x" * 201)],
)  # fmt: skip
def test_a_filter_that_cannot_be_is_refused_by_name(api: Api, parameter: str, value: str) -> None:
    answer = api.get("/v1/customers", **{parameter: value})
    assert answer.status_code == 400, answer.content
    expected = "tier" if value == "gould" else parameter
    assert answer.json()["error"]["details"][0]["field"] == expected


def test_dates_are_inclusive_and_a_bare_end_means_its_whole_day(api: Api, acme: World) -> None:
    from crm.contacts.models import Customer
    from crm.kernel.clock import now

    contact_id = a_customer(acme, name="Ann")
    with acme.scope():
        moment = (now() - timedelta(days=10)).replace(hour=23, minute=59, second=59, microsecond=999000)
        Customer.objects.filter(pk=contact_id).update(created_at=moment)
    day = moment.date().isoformat()
    assert names(api.get("/v1/customers", date_from=day, date_to=day)) == ["Ann"]
    assert names(api.get("/v1/customers", date_from=moment.isoformat())) == ["Ann"]
    assert names(api.get("/v1/customers", date_to=(moment - timedelta(days=1)).date().isoformat())) == []
    assert names(api.get("/v1/customers", date_from=(moment + timedelta(days=1)).date().isoformat())) == []


@pytest.mark.parametrize(
    ("search", "found"),
    [("mul", True), ("MÜLLER", True), ("anna mul", True), ("uller", False), ("anna@exa", True), ("anna@ple", False),
     ("ple", False), ("example", True), ("99123", True), ("+357 99", True), ("9912 3834", True), ("1238", False),
     ("acme anna", True), ("", True), ("!?", False), ("357", True), ("@", False), ("anna 357991", True)],
)  # fmt: skip
def test_search_is_by_word_prefix(api: Api, acme: World, search: str, found: bool) -> None:
    a_customer(acme, name="Anna Müller", email="anna@example.com", phone="+35799123834", company_name="Acme Corp")
    assert names(api.get("/v1/customers", search=search)) == (["Anna Müller"] if found else [])


def test_contacts_of_listings_who_are_no_customers_do_not_show(api: Api, acme: World) -> None:
    from tests.builders import an_entry

    an_entry(acme, first_name="Only", email="listed@example.com")
    assert names(api.get("/v1/customers")) == []


def test_neither_the_other_organisation_nor_the_other_mode_shows(api: Api, rehearsal: World, rival: World) -> None:
    a_customer(rehearsal, name="Rehearsal")
    a_customer(rival, name="Rival")
    assert names(api.get("/v1/customers")) == []
    assert names(rehearsal.api.get("/v1/customers")) == ["Rehearsal"]


def test_totals_above_ten_thousand_are_remembered_not_recounted(api: Api, acme: World, monkeypatch) -> None:
    from crm.kernel import totals

    monkeypatch.setattr(totals, "EXACT_UP_TO", 2)
    customers_of(acme, 4)
    assert api.get("/v1/customers", limit=4).json()["pagination"]["total"] == 4
    a_customer(acme)
    assert api.get("/v1/customers", limit=4).json()["pagination"]["total"] == 4
    assert api.get("/v1/customers", search="person").json()["pagination"]["total"] == 5

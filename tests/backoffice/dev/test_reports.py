"""S4 `/reports`, `/analytics/dashboard` and `/customers/segments` on the wire (s4 §5; §6, 21)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from crm.reports.selectors import GROUPS
from tests.backoffice.dev.wire import complaints, data, message
from tests.builders import a_customer, a_lead, a_product, an_order
from tests.cast import Cast, World
from tests.crm.reports.test_order_days import count

pytestmark = pytest.mark.django_db
MAY = datetime(2024, 5, 6, 12, tzinfo=UTC)
STAGES = ["new", "contacted", "qualified", "proposal", "negotiation", "converted", "lost", "won"]
SOURCES = ["campaign", "website", "referral", "direct", "social", "email", "other"]
REPORTS = ("reports/leads", "reports/customers", "analytics/dashboard")
# "0.00" stays a number with two decimals on the wire.
LEADS = {
    "total": 2, "by_status": {**dict.fromkeys(STAGES, 0), "new": 2}, "by_source": {**dict.fromkeys(SOURCES, 0),
    "website": 1, "other": 1}, "conversion_rate": 0.0, "average_score": 30.0, "new_in_period": 2,
}  # fmt: skip
CUSTOMERS = {
    "total": 2, "by_status": {"active": 2, "inactive": 0, "blocked": 0}, "by_type": {"individual": 1, "business": 1},
    "new_in_period": 2, "churned": 1, "average_order_value": 15.0, "lifetime_value": 30.0,
}  # fmt: skip


@pytest.fixture
def shop(acme: World) -> World:
    """Two leads, two customers, and two orders of one of them."""
    a_lead(acme, source="website", score=Decimal(20))
    a_lead(acme, score=Decimal(40))
    a_customer(acme, type="business")
    customer, product = a_customer(acme), a_product(acme)
    an_order(acme, customer, (product, 2), ordered_at=MAY)
    an_order(acme, customer, (product, 1), ordered_at=MAY)
    count(acme)
    return acme


def report(world: World, name: str, **period: Any) -> dict[str, Any]:
    return data(world.api.get(f"/dev/crm/{name}", **period))


def groups_of(world: World) -> list[dict[str, Any]]:
    answer = world.api.get("/dev/crm/customers/segments")
    assert (answer.status_code, answer.json()["pagination"]) == (200, {"total": 15, "page": 1, "limit": 15})
    groups: list[dict[str, Any]] = answer.json()["data"]
    return groups


def test_the_reports_as_the_document_has_them(shop: World) -> None:
    assert report(shop, "reports/leads") == LEADS
    assert report(shop, "reports/customers") == CUSTOMERS
    overview = report(shop, "analytics/dashboard")
    assert list(overview) == ["leads", "customers", "orders", "feedback", "follow_ups_due"]
    assert (overview["leads"], overview["customers"]) == (LEADS, CUSTOMERS)
    assert overview["orders"] == {"count": 2, "revenue": 30.0, "average_order_value": 15.0, "currency": "USD"}
    assert overview["feedback"] == {
        "scale": "CSAT", "count": 0, "average_rating": None, "nps": None, "response_rate": None, "pending": 0,
    }  # fmt: skip
    assert overview["follow_ups_due"] == 0


def report_by(world: World, *grants: str) -> int:
    status: int = world.key_with(*grants).get("/dev/crm/reports/leads").status_code
    return status


def test_days_are_included_at_both_ends(shop: World) -> None:
    of_may = report(shop, "analytics/dashboard", start_date="2024-05-06", end_date="2024-05-06")
    assert (of_may["orders"]["count"], of_may["leads"]["new_in_period"]) == (2, 0)
    assert report(shop, "analytics/dashboard", start_date="2024-05-07")["orders"]["count"] == 0
    assert report(shop, "analytics/dashboard", end_date="2024-05-05")["orders"]["count"] == 0


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize(
    ("period", "field"),
    [
        ({"start_date": "2024-13-01"}, "start_date"), ({"end_date": "yesterday"}, "end_date"),
        ({"start_date": "2024-05-02", "end_date": "2024-05-01"}, "end_date"),
        ({"start_date": "0000-00-00"}, "start_date"), ({"start_date": "1" * 5_000}, "start_date"),
    ],
)  # fmt: skip
def test_a_wrong_period_is_named(acme: World, name: str, period: dict[str, str], field: str) -> None:
    assert set(complaints(acme.api.get(f"/dev/crm/{name}", **period))) == {field}


@pytest.mark.parametrize("period", [{}, {"start_date": "0001-01-01", "end_date": "9999-12-31"}, {"start_date": ""}])
def test_all_time(shop: World, period: dict[str, str]) -> None:
    assert report(shop, "reports/customers", **period) == CUSTOMERS


def test_segments_have_fixed_keys(shop: World) -> None:
    groups = groups_of(shop)
    assert [group["key"] for group in groups] == list(GROUPS)
    assert all(list(group) == ["key", "name", "count", "total_spent"] for group in groups)
    by_key = {group["key"]: (group["count"], group["total_spent"]) for group in groups}
    with_the_order = {key for key, figures in by_key.items() if figures == (1, 30)}
    without_one = {key for key, figures in by_key.items() if figures == (1, 0)}
    assert {"type_individual", "spend_quartile_1", "recency_lapsed"} <= with_the_order
    assert {"type_business", "spend_none", "recency_never"} <= without_one


def test_segments_come_in_pages_where_one_asks_for_them(shop: World) -> None:
    answer = shop.api.get("/dev/crm/customers/segments", limit=10, page=2).json()
    assert [group["key"] for group in answer["data"]] == list(GROUPS)[10:]
    assert answer["pagination"] == {"total": 15, "page": 2, "limit": 10}


@pytest.mark.parametrize("name", REPORTS)
def test_figures_are_of_ones_own_place(cast: Cast, shop: World, name: str) -> None:
    assert report(shop, name) != report(cast.rival, name)


def test_segments_are_of_ones_own_place(cast: Cast, shop: World) -> None:
    assert {group["count"] for group in groups_of(cast.rival)} == {0}


def test_figures_want_their_grant(acme: World) -> None:
    assert report_by(acme, "crm:reports:read") == 200
    assert message(acme.key_with("crm:orders:read").get("/dev/crm/reports/leads"), 403)

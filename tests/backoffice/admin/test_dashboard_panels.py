"""The panels of the first page: their figures are those of the rows, told to those who may read them."""

import json
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from backoffice.admin.dashboard_panels import PANELS
from crm.insights.services import look_at
from crm.kernel.clock import now
from crm.leads.services import convert_lead
from crm.orders.services import refund_order
from tests.backoffice.admin.pages import browser_of
from tests.builders import a_customer, a_lead, a_product, an_order
from tests.cast import Cast, World
from tests.crm.feedback.asked import an_answer
from tests.crm.reports.test_order_days import count

pytestmark = pytest.mark.django_db


def panel(world: World, key: str, role: str = "owner") -> Any:
    answer = world.browser_of(role).get(f"/admin/dashboard/{key}/")
    assert answer.status_code == 200, answer.content
    return answer


def drawn(answer: Any) -> dict[str, float | None]:
    """The figures of the panel's chart, by label, as the browser gets them."""
    found = re.search(r'data-value="([^"]+)"', answer.content.decode())
    assert found
    told = json.loads(found[1].replace("&quot;", '"'))
    return dict(zip(told["labels"], told["datasets"][0]["data"], strict=True))


def cards(answer: Any) -> dict[str, str]:
    return {str(card["label"]): card["value"] for card in answer.context["cards"]}


def asked(world: World, sql: str) -> list[tuple[Any, ...]]:
    """Rows of one place, by SQL of the test's own."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(world.tenant))
        return cursor.fetchall()


def test_leads_by_stage_are_the_leads_there_are(acme: World) -> None:
    for status in ("new", "new", "contacted", "lost"):
        a_lead(acme, status=status, score=Decimal(50))
    became = a_lead(acme, status="qualified", score=Decimal(90))
    with acme.scope():
        convert_lead(lead_id=became)
    answer = panel(acme, "leads")
    rows = asked(
        acme, "SELECT status, count(*) FROM leads_lead WHERE organisation_id = %s AND mode = %s AND deleted_at IS NULL"
        " GROUP BY 1",
    )  # fmt: skip
    assert {label.lower(): n for label, n in drawn(answer).items() if n} == dict(rows)
    assert cards(answer) == {"Leads": "5", "New in 30 days": "5", "Of them customers": "20 %", "Average score": "58.00"}


def test_revenue_by_month_is_what_was_ordered_less_what_went_back(acme: World) -> None:
    product, customer = a_product(acme), a_customer(acme)
    first = an_order(
        acme, customer, (product, 2), ordered_at=datetime.fromisoformat("1997-01-31T12:00Z"), status="delivered"
    )
    an_order(acme, customer, (product, 3), ordered_at=datetime.fromisoformat("1997-03-01T12:00Z"))
    an_order(acme, customer, (product, 9), ordered_at=now(), status="cancelled")
    an_order(acme, customer, (product, 1), ordered_at=now())
    with acme.scope():
        refund_order(order_id=first, amount=Decimal(5))
    count(acme)
    answer = panel(acme, "revenue")
    rows = asked(
        acme, "SELECT to_char(ordered_at AT TIME ZONE 'UTC', 'Mon YYYY'), sum(total - refunded) FROM orders_order"
        " WHERE organisation_id = %s AND mode = %s AND deleted_at IS NULL AND status <> 'cancelled' GROUP BY 1",
    )  # fmt: skip
    assert drawn(answer) == {month: float(amount) for month, amount in rows}
    assert cards(answer) == {
        "Orders": "3", "Revenue": "55.00 USD", "Average order": "18.33 USD", "Revenue in 30 days": "10.00 USD",
    }  # fmt: skip


def test_health_counts_living_customers_by_band(acme: World) -> None:
    buyer, other = a_customer(acme), a_customer(acme)
    an_order(acme, buyer)
    gone = a_customer(acme)
    with acme.scope():
        look_at([buyer, other, gone])
    acme.api.delete(f"/v1/customers/{gone}")
    rows = asked(
        acme, "SELECT h.band, count(*) FROM insights_health h JOIN contacts_customer c USING (contact_id)"
        " WHERE h.organisation_id = %s AND h.mode = %s AND c.deleted_at IS NULL GROUP BY 1",
    )  # fmt: skip
    bars = {label.lower().replace(" ", "_"): n for label, n in drawn(panel(acme, "health")).items()}
    assert {band: n for band, n in bars.items() if n} == dict(rows)
    assert sum(n for n in bars.values() if n) == 2


def test_the_trend_of_the_nps_has_its_number_of_answers(acme: World) -> None:
    for rating in (10, 9, 7, 3):
        an_answer(acme, rating, now(), scale="NPS")
    answer = panel(acme, "feedback")
    assert drawn(answer) == {f"{now():%b %Y} (4)": 25.0}
    assert cards(answer) == {"NPS": "25.0", "Answers": "4", "Response": "100 %"}


def test_the_average_stands_for_other_scales(acme: World) -> None:
    for rating in (5, 2):
        an_answer(acme, rating, now())
    assert cards(panel(acme, "feedback"))["Average"] == "3.50"


def test_themes_are_red_where_they_are_not_liked(acme: World) -> None:
    an_answer(acme, 1, now(), comment="The price is terrible. The staff is friendly.")
    an_answer(acme, 1, now(), comment="Terrible price!")
    answer = panel(acme, "themes")
    assert drawn(answer) == {"Price": 2, "Service": 1}
    assert json.loads(answer.context["chart"])["datasets"][0]["backgroundColor"][0] == "#dc2626"


@pytest.mark.parametrize("key", PANELS)
def test_where_there_is_nothing_a_panel_says_so(acme: World, key: str) -> None:
    answer = panel(acme, key)
    assert answer.context["empty"]
    assert b"data-value" not in answer.content


@pytest.mark.parametrize("key", PANELS)
def test_other_places_are_not_counted(cast: Cast, key: str) -> None:
    for other in (cast.rival, cast.rehearsal):
        customer = a_customer(other)
        a_lead(other)
        an_order(other, customer)
        count(other)
        an_answer(other, 1, now(), comment="The price is terrible.")
        with other.scope():
            look_at([customer])
    assert panel(cast.acme, key).context["empty"]


@pytest.mark.parametrize("key", PANELS)
def test_a_panel_is_for_whoever_may_read_what_it_tells(cast: Cast, key: str) -> None:
    address = f"/admin/dashboard/{key}/"
    assert [browser_of(cast, who).get(address).status_code for who in ("anonymous", "placeless")] == [302, 302]
    assert panel(cast.acme, key, "analyst").status_code == 200


def test_the_first_page_asks_for_each_panel(acme: World) -> None:
    page = acme.browser_of("analyst").get("/admin/").content.decode()
    assert re.findall(r'hx-get="/admin/dashboard/(\w+)/"', page) == list(PANELS)
    assert acme.browser_of("analyst").get("/admin/dashboard/nothing/").status_code == 404


@pytest.mark.parametrize("key", PANELS)
def test_a_panel_reads_the_same_few_statements_however_much_there_is(
    acme: World, key: str, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        a_lead(acme)
        an_order(acme)
        an_answer(acme, 5, now(), comment="Great price.")
    count(acme)
    browser = acme.browser_of("owner")
    with django_assert_max_num_queries(14):
        assert browser.get(f"/admin/dashboard/{key}/").status_code == 200

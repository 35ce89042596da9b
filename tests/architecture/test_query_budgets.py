"""How many statements each list costs: the same for 1 row and for 25, and as many as the table says.

A list without a line in query_budgets.json fails. After a change that is meant, run
`UPDATE_BUDGETS=1 python -m pytest tests/architecture/test_query_budgets.py` and show the difference for review.
"""

import json
import os
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.contacts.models import CustomerInteraction, DataExport
from crm.contacts.models.push_device import MOST_DEVICES
from crm.contacts.selectors import customers
from crm.contacts.services import ask_for_export
from crm.insights.selectors import segments
from crm.leads.selectors import leads
from crm.messaging.recipients import Recipient
from crm.orders.selectors import orders, products
from crm.orders.services import refund_order
from crm.organisations.models import ApiKey
from crm.organisations.services import define_custom_field
from tests.architecture.test_house_rules import api_routes
from tests.builders import (
    a_campaign,
    a_customer,
    a_lead,
    a_payment_method,
    a_product,
    a_push_device,
    an_account,
    an_entry,
    an_interaction,
    an_interaction_with,
    an_order,
)
from tests.cast import World, cast_for_a_test
from tests.crm.approvals.asked import a_waiting_request
from tests.crm.feedback.asked import an_answer
from tests.crm.insights.stage import a_segment
from tests.crm.messaging.letters import a_message, a_template
from tests.crm.messaging.notices import a_standing_notice
from tests.members import BASE, Member, a_member, app, authenticate, member_from

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("budgets")]
TABLE = Path(__file__).with_name("query_budgets.json")


def the_customer(world: World, otherwise: UUID) -> UUID:
    """The one of whom several things are noted."""
    with world.scope():
        noted = CustomerInteraction.objects.values_list("contact_id", flat=True).first()
    return noted or otherwise


def people_in_the_listing(world: World, number: int) -> None:
    reader = UUID(_reader(world).id)
    for _ in range(number):
        contact_id = a_customer(world, custom_fields={"size": 44})
        with world.scope():
            from crm.contacts.selectors import contact_by_id

            email = contact_by_id(contact_id).email
        an_entry(world, email=email)
        a_campaign(world)
        a_lead(world)
        an_interaction(world, a_lead(world, custom_fields={"size": 44}))
        an_interaction_with(world, the_customer(world, contact_id))
        a_message(world, f"own {uuid4()}", recipient=Recipient(email="reader@example.com", contact_id=reader))
        a_message(world, str(contact_id))
        a_standing_notice(world, reader)
        a_waiting_request(world, reader)
        with world.scope():
            row = ask_for_export(contact_id=reader)
            DataExport.objects.filter(pk=row.pk).update(state="fetched")
        an_answer(world, 3, customer_id=contact_id, comment="The price of the staff")
        product = a_product(world)
        order = an_order(world, contact_id, (product, 1), (product, 1), status="delivered", notes="Rush")
        for _ in range(2):
            with world.scope():
                refund_order(order_id=order, amount=Decimal(1))
    for _ in range(min(number, MOST_DEVICES // 2)):
        a_push_device(world, reader, uuid4().hex)
        a_payment_method(world, reader, account_ids=[an_account(world, reader)])
    a_segment(world, {"all": []}, f"everybody_{uuid4().hex}")


def _by_custom_field(world: World) -> Any:
    return world.api.get("/dev/crm/customers", limit=100, **{"custom_fields.size": "44"})


def _reader(world: World) -> Member:
    """Somebody with messages of their own."""
    known = authenticate(world, "reader@example.com")
    return member_from(world, known) if known.status_code == 200 else a_member(world, "reader@example.com")


def _own_messages(world: World) -> Any:
    reader = _reader(world)
    return reader.api.get(f"{reader.path}/communications", size=100)


def _own_approvals(world: World) -> Any:
    reader = _reader(world)
    return reader.api.get(f"{reader.path}/approval_requests", size=100)


def _own(world: World, what: str) -> Any:
    reader = _reader(world)
    return reader.api.get(f"{reader.path}/{what}", size=100)


def _of_a_customer(world: World, address: str) -> Any:
    with world.scope():
        contact_id = customers().filter(contact__interactions__isnull=False).values_list("pk", flat=True)[0]
    return world.api.get(address.format(contact_id), limit=100)


def _by_product(world: World) -> Any:
    with world.scope():
        product_id = products().values_list("pk", flat=True)[0]
    return world.api.get("/dev/crm/orders", limit=100, product_id=str(product_id))


def _refunds(world: World, mount: str) -> Any:
    with world.scope():
        order_id = orders().values_list("pk", flat=True)[0]
    return world.api.get(f"{mount}/orders/{order_id}/refunds", limit=100)


def _interactions(world: World, mount: str) -> Any:
    with world.scope():
        lead_id = leads().filter(interactions__isnull=False).values_list("pk", flat=True)[0]
    return world.api.get(f"{mount}/leads/{lead_id}/interactions", limit=100)


def _members(world: World, mount: str) -> Any:
    with world.scope():
        segment_id = segments().filter(member_count__gt=0).values_list("pk", flat=True)[0]
    return world.api.get(f"{mount}/segments/{segment_id}/members", limit=100)


# By route: how to call it so that it answers with every row.
CALLS: dict[str, Callable[[World], Any]] = {
    "v1/customers": lambda world: world.api.get("/v1/customers", limit=100),
    "api/v1/customers": lambda world: world.api.get("/api/v1/customers", limit=100),
    "auth/api/members": lambda world: world.api.get("/auth/api/members", limit=100),
    "auth/api/members?search": lambda world: world.api.get("/auth/api/members", limit=100, search="person"),
    "v1/customers?search": lambda world: world.api.get("/v1/customers", limit=100, search="person"),
    "dev/crm/customers": lambda world: world.api.get("/dev/crm/customers", limit=100),
    "v1/dev/crm/customers": lambda world: world.api.get("/v1/dev/crm/customers", limit=100),
    "dev/crm/customers?search": lambda world: world.api.get("/dev/crm/customers", limit=100, search="person"),
    "dev/crm/customers?custom_fields": _by_custom_field,
    "dev/crm/customers/segments": lambda world: world.api.get("/dev/crm/customers/segments"),
    "v1/dev/crm/customers/segments": lambda world: world.api.get("/v1/dev/crm/customers/segments"),
    "dev/crm/segments": lambda world: world.api.get("/dev/crm/segments", limit=100),
    "v1/dev/crm/segments": lambda world: world.api.get("/v1/dev/crm/segments", limit=100),
    "dev/crm/segments/<uuid:segment_id>/members": lambda world: _members(world, "/dev/crm"),
    "v1/dev/crm/segments/<uuid:segment_id>/members": lambda world: _members(world, "/v1/dev/crm"),
    "dev/marketing/campaigns": lambda world: world.api.get("/dev/marketing/campaigns", limit=100),
    "v1/dev/marketing/campaigns": lambda world: world.api.get("/v1/dev/marketing/campaigns", limit=100),
    "dev/marketing/campaigns?search": lambda world: world.api.get(
        "/dev/marketing/campaigns", limit=100, search="spring"
    ),
    "dev/crm/leads": lambda world: world.api.get("/dev/crm/leads", limit=100),
    "v1/dev/crm/leads": lambda world: world.api.get("/v1/dev/crm/leads", limit=100),
    "dev/crm/leads?search": lambda world: world.api.get("/dev/crm/leads", limit=100, search="lead"),
    "dev/crm/leads/<uuid:lead_id>/interactions": lambda world: _interactions(world, "/dev/crm"),
    "v1/dev/crm/leads/<uuid:lead_id>/interactions": lambda world: _interactions(world, "/v1/dev/crm"),
    "dev/crm/customers/<uuid:customer_id>/interactions": lambda world: _of_a_customer(
        world, "/dev/crm/customers/{}/interactions"
    ),
    "v1/dev/crm/customers/<uuid:customer_id>/interactions": lambda world: _of_a_customer(
        world, "/v1/dev/crm/customers/{}/interactions"
    ),
    "dev/crm/customers/<uuid:customer_id>/timeline": lambda world: _of_a_customer(
        world, "/dev/crm/customers/{}/timeline"
    ),
    "dev/crm/feedback/themes": lambda world: world.api.get("/dev/crm/feedback/themes", limit=100),
    "v1/dev/crm/feedback/themes": lambda world: world.api.get("/v1/dev/crm/feedback/themes", limit=100),
    "dev/products": lambda world: world.api.get("/dev/products", limit=100),
    "v1/dev/products": lambda world: world.api.get("/v1/dev/products", limit=100),
    "dev/products?search": lambda world: world.api.get("/dev/products", limit=100, search="product"),
    "dev/crm/orders": lambda world: world.api.get("/dev/crm/orders", limit=100),
    "v1/dev/crm/orders": lambda world: world.api.get("/v1/dev/crm/orders", limit=100),
    "dev/crm/orders?search": lambda world: world.api.get("/dev/crm/orders", limit=100, search="rush"),
    "dev/crm/orders?product_id": lambda world: _by_product(world),
    "dev/crm/orders/<uuid:order_id>/refunds": lambda world: _refunds(world, "/dev/crm"),
    "v1/dev/crm/orders/<uuid:order_id>/refunds": lambda world: _refunds(world, "/v1/dev/crm"),
    "notification/api/communications": lambda world: world.api.get("/notification/api/communications", limit=100),
    "notification/api/in-apps/me": lambda world: _reader(world).api.get("/notification/api/in-apps/me", limit=100),
    "self-service/v1/contacts/<str:contact_id>/devices": lambda world: _own(world, "devices"),
    "self-service/v1/contacts/<str:contact_id>/accounts": lambda world: _own(world, "accounts"),
    "self-service/v1/contacts/<str:contact_id>/payment_methods": lambda world: _own(world, "payment_methods"),
    "self-service/v1/contacts/<str:contact_id>/data_exports": lambda world: _own(world, "data_exports"),
    "self-service/v1/industries": lambda world: app(world).get(f"{BASE}/industries", size=100),
    "self-service/v1/reward_offers": lambda world: _reader(world).api.get(f"{BASE}/reward_offers", size=100),
    "self-service/v1/contacts/<str:contact_id>/communications": lambda world: _own_messages(world),
    "self-service/v1/contacts/<str:contact_id>/approval_requests": lambda world: _own_approvals(world),
    "crm/<str:listing_id>": lambda world: world.api.get(f"/crm/{world.listing.id}", name="person"),
    "crm/<str:listing_id>?email": lambda world: world.api.get(f"/crm/{world.listing.id}", email="nobody@example.com"),
}


def statements(world: World, call: Callable[[World], Any]) -> int:
    # When a key was last used is noted every ten minutes, and would be counted in the first call only.
    ApiKey.objects.filter(organisation=world.organisation).update(last_used_at="2999-01-01T00:00:00Z")
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert call(world).status_code in (200, 404)
    return len(captured)


@pytest.fixture(scope="module")
def counted(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, tuple[int, int]]]:
    """What each list costs with one row of everything, and with twenty-five; built once for all of them."""
    with django_db_blocker.unblock(), transaction.atomic():
        acme = cast_for_a_test().acme
        with acme.scope():
            define_custom_field(key="size", label="Size", kind="integer")
        a_template(acme)
        people_in_the_listing(acme, 1)
        few = {route: statements(acme, call) for route, call in CALLS.items()}
        people_in_the_listing(acme, 24)
        yield {route: (few[route], statements(acme, call)) for route, call in CALLS.items()}
        transaction.set_rollback(True)


@pytest.mark.parametrize("route", CALLS)
def test_a_list_costs_what_the_table_says_however_many_rows(counted: dict[str, tuple[int, int]], route: str) -> None:
    few, many = counted[route]
    assert few == many
    budgets = json.loads(TABLE.read_text())
    if os.environ.get("UPDATE_BUDGETS"):
        TABLE.write_text(json.dumps({**budgets, route: many}, indent=2, sort_keys=True) + "\n")
    assert json.loads(TABLE.read_text()).get(route) == many


def test_every_list_of_every_api_has_a_budget() -> None:
    lists = {pattern for pattern, view in api_routes() if set(view.actions.values()) & view.cls.lists}
    assert lists <= set(CALLS)
    assert set(json.loads(TABLE.read_text())) == set(CALLS)

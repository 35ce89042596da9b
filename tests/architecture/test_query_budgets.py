"""How many statements each list costs: the same for 1 row and for 25, and as many as the table says.

A list without a line in query_budgets.json fails. After a change that is meant, run
`UPDATE_BUDGETS=1 python -m pytest tests/architecture/test_query_budgets.py` and show the difference for review.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.organisations.models import ApiKey
from crm.organisations.services import define_custom_field
from tests.architecture.test_house_rules import api_routes
from tests.builders import a_customer, an_entry
from tests.cast import World

TABLE = Path(__file__).with_name("query_budgets.json")


def people_in_the_listing(world: World, number: int) -> None:
    for _ in range(number):
        contact_id = a_customer(world, custom_fields={"size": 44})
        with world.scope():
            from crm.contacts.selectors import contact_by_id

            email = contact_by_id(contact_id).email
        an_entry(world, email=email)


def _by_custom_field(world: World) -> Any:
    return world.api.get("/dev/crm/customers", limit=100, **{"custom_fields.size": "44"})


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


@pytest.mark.parametrize("route", CALLS)
def test_a_list_costs_what_the_table_says_however_many_rows(acme: World, route: str) -> None:
    with acme.scope():
        define_custom_field(key="size", label="Size", kind="integer")
    people_in_the_listing(acme, 1)
    few = statements(acme, CALLS[route])
    people_in_the_listing(acme, 24)
    many = statements(acme, CALLS[route])
    assert few == many
    budgets = json.loads(TABLE.read_text())
    if os.environ.get("UPDATE_BUDGETS"):
        TABLE.write_text(json.dumps({**budgets, route: many}, indent=2, sort_keys=True) + "\n")
    assert json.loads(TABLE.read_text()).get(route) == many


def test_every_list_of_every_api_has_a_budget() -> None:
    lists = {pattern for pattern, view in api_routes() if set(view.actions.values()) & view.cls.lists}
    assert lists <= set(CALLS)
    assert set(json.loads(TABLE.read_text())) == set(CALLS)

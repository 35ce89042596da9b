"""S4's customers and filters by custom fields at 100,000 rows: by an index, and exactly what a plain scan finds."""

import random
import re
from typing import Any

import pytest

from backoffice.dev.customers import CustomerFilters, CustomerViewSet
from crm.contacts.selectors import customers
from crm.contacts.services import update_customer
from crm.organisations.services import define_custom_field
from tests.backoffice.dev.wire import CUSTOMERS, sheet
from tests.large import Someone
from tests.scale.test_lists_at_100_000_people import Crowd, plan_of, scanned_whole

pytestmark = [pytest.mark.django_db, pytest.mark.large, pytest.mark.xdist_group("scale")]

KINDS = {
    "card": "text", "shop": "text", "size": "integer", "weight": "number", "vip": "boolean", "half": "boolean",
}  # fmt: skip


@pytest.fixture
def defined(crowd: Crowd) -> Crowd:
    acme, everybody = crowd
    with acme.scope():
        for key, kind in KINDS.items():
            define_custom_field(key=key, label=key, kind=kind)
        update_customer(contact_id=everybody[0].id, assigned_to_id=acme.staff["agent"].pk)
    return crowd


# A request for each filter, sort and search of S4's list, and the index that must answer it. A new one fails below.
# Where a share of the people is known from statistics, walking in the order asked for is as good.
LISTS: dict[str, tuple[dict[str, str], str]] = {
    "": ({}, "customer_latest"),
    "search": ({"search": "zimmerm"}, "contact_search"),
    "status": ({"status": "blocked"}, "customer_by_status|customer_latest"),
    "type": ({"type": "individual"}, "customer_latest"),
    "assigned_to": ({"assigned_to": "{agent}"}, "contacts_customer_assigned_to_id"),
    "sort createdAt": ({"sort": "createdAt:asc"}, "customer_latest"),
    "sort updatedAt": ({"sort": "updatedAt:desc"}, "customer_last_changed"),
    "sort name": ({"sort": "name:asc"}, "contact_by_name"),
    "sort email": ({"sort": "email:desc"}, "contact_by_email"),
    "sort status": ({"sort": "status:asc"}, "customer_by_status"),
    "custom: one": ({"custom_fields.card": "C-4711"}, "contact_custom_fields"),
    "custom: nobody": ({"custom_fields.card": "C-0"}, "contact_custom_fields"),
    "custom: two of them": ({"custom_fields.shop": "Shop 1,Shop 2"}, "contact_custom_fields"),
    "custom: a number": ({"custom_fields.weight": "12.25"}, "contact_custom_fields"),
    "custom: some": ({"custom_fields.vip": "true"}, "contact_custom_fields"),
    "custom: two keys": ({"custom_fields.vip": "true", "custom_fields.half": "true"}, "contact_custom_fields"),
    "custom: a twentieth": ({"custom_fields.size": "44"}, "contact_custom_fields|customer_latest"),
    "custom: half": ({"custom_fields.half": "true"}, "customer_latest"),
}


@pytest.mark.parametrize(("parameters", "index"), LISTS.values(), ids=LISTS.keys())
def test_every_list_of_s4_uses_its_index(defined: Crowd, parameters: dict[str, str], index: str) -> None:
    acme, _everybody = defined
    agent = acme.staff["agent"].pk
    asked = {name: value.replace("{agent}", str(agent)) for name, value in parameters.items()}
    plan = plan_of(lambda: acme.api.get(CUSTOMERS, **asked))
    assert re.search(index, plan), plan
    # To see that a value is common, its first two thousand people are read, in whatever order they lie.
    bounded = {"contacts_contact"} if {"custom_fields.half", "custom_fields.size"} & set(parameters) else set()
    assert scanned_whole(plan) <= bounded, plan


def test_no_filter_or_sort_of_s4_lacks_its_line_above() -> None:
    offered = set(CustomerFilters.base_filters) | {f"sort {name}" for name in CustomerViewSet.sort_fields}
    assert offered <= set(LISTS)


@pytest.mark.parametrize("name", ["custom: one", "custom: two of them", "custom: some"])
def test_s0_finds_by_custom_fields_with_the_same_index(defined: Crowd, name: str) -> None:
    acme, _everybody = defined
    asked = {f"filter[{key}]": value for key, value in LISTS[name][0].items()}
    plan = plan_of(lambda: acme.api.get("/v1/customers", **asked))
    assert "contact_custom_fields" in plan, plan
    assert scanned_whole(plan) == set(), plan


def _as_asked(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _has(someone: Someone, asked: dict[str, str]) -> bool:
    told = {f"custom_fields.{key}": _as_asked(value) for key, value in someone.custom_fields.items()}
    return all(told.get(name) in texts.split(",") for name, texts in asked.items())


def test_custom_fields_find_what_a_plain_scan_finds(defined: Crowd) -> None:
    acme, everybody = defined
    dice, found_somebody = random.Random(19), 0
    with acme.scope():
        for number in range(60):
            keys = dice.sample(sorted(KINDS), dice.choice((1, 1, 2)))
            sources = [dice.choice(everybody).custom_fields for _ in range(dice.choice((1, 2)))]
            asked = {
                f"custom_fields.{key}": ",".join(_as_asked(values.get(key, "7")) for values in sources)
                for key in keys
                if key in ("card", "shop", "size", "weight") or all(sources)
            }
            found = set(CustomerFilters(data=asked, queryset=customers()).qs.values_list("pk", flat=True))
            assert found == {someone.id for someone in everybody if _has(someone, asked)}, (number, asked)
            found_somebody += bool(found)
    assert found_somebody > 40


def test_an_export_holds_everybody_once_and_is_never_whole_in_memory(defined: Crowd) -> None:
    acme, everybody = defined
    ids, longest = [], 0
    for chunk in acme.api.get(f"{CUSTOMERS}/export").streaming_content:
        longest = max(longest, len(chunk))
        ids += [line.partition(b",")[0].decode() for line in chunk.splitlines()]
    latest_first = sorted(everybody, key=lambda someone: (someone.created_at, someone.id), reverse=True)
    assert ids[1:] == [str(someone.id) for someone in latest_first]
    assert longest < 2_000_000


@pytest.mark.parametrize(
    "asked",
    [{}, {"custom_fields.vip": "true"}, {"custom_fields.half": "true"}, {"status": "blocked"}, {"search": "zimmerm"}],
)
def test_every_chunk_of_an_export_begins_where_the_last_one_ended(defined: Crowd, asked: dict[str, str]) -> None:
    acme, _everybody = defined
    plan = plan_of(lambda: _read_whole(acme.api.get(f"{CUSTOMERS}/export", **asked)))
    bounded = {"contacts_contact"} if "custom_fields.half" in asked else set()
    assert scanned_whole(plan) <= bounded, plan
    # One bound for each chunk but the first, and none of those before it.
    assert plan.count("ROW(created_at, contact_id)") <= plan.count("Limit  (")
    # By the customers' own order: one by contacts would begin with the first of them every time.
    assert "Merge Join" not in plan, plan


def _read_whole(answer: Any) -> Any:
    sheet(answer)
    return answer

"""S4's answers against its OpenAPI document."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.backoffice.dev.wire import CUSTOMERS, JANE
from tests.builders import a_customer
from tests.cast import Api, World
from tests.crm_web.documented import document, faults, operations
from tests.dialects.ways import NOBODY

ONE, EXPORT = f"{CUSTOMERS}/{{customer_id}}", f"{CUSTOMERS}/export"


def _known(world: World) -> str:
    return f"{CUSTOMERS}/{a_customer(world, credit_limit=5, assigned_to_id=world.staff['agent'].pk)}"


CALLS: dict[str, list[Callable[[World], Any]]] = {
    f"GET {CUSTOMERS}": [
        lambda world: (_known(world), world.api.get(CUSTOMERS))[1],
        lambda world: world.api.get(CUSTOMERS, status="gone"),
        lambda _: Api(None).get(CUSTOMERS),
    ],
    f"POST {CUSTOMERS}": [
        lambda world: world.api.post(CUSTOMERS, JANE),
        lambda world: world.api.post(CUSTOMERS, JANE),
        lambda world: world.api.post(CUSTOMERS, {}),
    ],
    f"GET {EXPORT}": [lambda world: world.api.get(EXPORT, status="gone")],
    f"GET {ONE}": [
        lambda world: world.api.get(_known(world)),
        lambda world: world.api.get(f"{CUSTOMERS}/{NOBODY}"),
    ],
    f"PUT {ONE}": [
        lambda world: world.api.put(_known(world), {"notes": "x"}),
        lambda world: world.api.put(_known(world), {"shoe": 1}),
    ],
    f"DELETE {ONE}": [
        lambda world: world.api.delete(_known(world)),
        lambda world: world.api.delete(f"{CUSTOMERS}/{NOBODY}"),
    ],
}


@pytest.mark.parametrize("operation", sorted(CALLS))
def test_answers_have_the_documented_form(acme: World, operation: str) -> None:
    answers = [call(acme) for call in CALLS[operation]]
    assert [fault for answer in answers for fault in faults("dev", operation, answer)] == []
    assert any(answer.status_code >= 400 for answer in answers)


def test_a_file_is_documented_as_one(acme: World) -> None:
    answer = acme.api.get(EXPORT)
    assert answer["Content-Type"].partition(";")[0] in operations("dev")[f"GET {EXPORT}"]["responses"]["200"]["content"]


def test_list_and_file_name_the_same_filters_and_only_the_list_has_pages() -> None:
    listed, filed = (
        {parameter["name"] for parameter in operations("dev")[f"GET {path}"]["parameters"]}
        for path in (CUSTOMERS, EXPORT)
    )
    assert filed == {"search", "status", "type", "assigned_to", "custom_fields.<key>"}
    assert listed - filed == {"page", "limit", "sort"}


@pytest.mark.parametrize(("operation", "required"), [(f"POST {CUSTOMERS}", ["email", "name"]), (f"PUT {ONE}", [])])
def test_only_a_new_customer_needs_fields(operation: str, required: list[str]) -> None:
    for content in operations("dev")[operation]["requestBody"]["content"].values():
        component = content["schema"]["$ref"].rpartition("/")[2]
        assert document("dev")["components"]["schemas"][component].get("required", []) == required

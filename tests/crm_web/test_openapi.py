"""The OpenAPI documents: valid, without complaints, whole, and open to everybody."""

import re
from typing import Any

import pytest
from django.test import Client

from config.urls import DOCUMENTED
from crm.web.checks import routes
from crm.web.dialects import DIALECTS
from crm.web.openapi.documents import document_of
from tests.cast import Api, World
from tests.crm_web.documented import allowed, document, operations

NAMES = [dialect.name for dialect in DIALECTS]
SPOKEN = [name for name in NAMES if DOCUMENTED[name] and operations(name)]


def test_the_apis_that_are_built_have_documents_with_operations() -> None:
    assert set(SPOKEN) >= {"v1", "listings"}


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_valid_and_its_making_had_no_complaints(name: str) -> None:
    """`document_of` itself raises for a document that is not valid."""
    made = document_of(name)
    assert made.complaints == ""
    assert made.schema["openapi"].startswith("3.0")
    assert made.schema["info"]["title"]
    assert made.schema["info"]["description"]


def _mounted(name: str) -> set[str]:
    """Every operation that the routes of a surface serve."""
    served = set()
    for pattern, view in routes(DOCUMENTED[name]):
        path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", pattern)
        served |= {f"{verb.upper()} {path}" for verb in view.actions if verb != "head"}
    return served


@pytest.mark.parametrize("name", NAMES)
def test_every_route_is_documented_and_nothing_else(name: str) -> None:
    assert set(operations(name)) == _mounted(name)


@pytest.mark.parametrize("name", SPOKEN)
def test_every_operation_says_who_may_call_it_and_how_it_refuses(name: str) -> None:
    schemes = set(document(name)["components"]["securitySchemes"])
    for operation in operations(name).values():
        asked = operation.get("security", [])
        assert bool(asked) is not operation["description"].rpartition("\n")[2].startswith("For: public.")
        assert {scheme for option in asked for scheme in option} <= schemes
        assert "Permission: `" in operation["description"]
        assert {"400", "403", "404", "500", "503"} <= set(operation["responses"])
        assert all(answer["description"] for answer in operation["responses"].values())


@pytest.mark.parametrize("name", SPOKEN)
def test_operations_have_ids_of_their_own(name: str) -> None:
    ids = [operation["operationId"] for operation in operations(name).values()]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("name", "operation", "parameters"),
    [("v1", "GET /v1/customers", {"page", "limit", "sort", "search", "date_from", "date_to", "filter[tier]",
                                  "filter[status]", "filter[email]", "filter[phone]", "filter[custom_fields.<key>]"}),
     ("v1", "GET /v1/customers/{customer_id}", {"customer_id", "include"}),
     ("listings", "GET /crm/{listing_id}", {"listing_id", "id", "first_name", "last_name", "name", "email", "phone",
                                            "page", "limit"})],
)  # fmt: skip
def test_query_parameters_are_documented(name: str, operation: str, parameters: set[str]) -> None:
    assert {parameter["name"] for parameter in operations(name)[operation]["parameters"]} == parameters


@pytest.mark.parametrize(
    ("name", "operation", "fields"),
    [("v1", "POST /v1/customers", {"name", "email", "phone", "tier", "status", "date_of_birth", "gender"}),
     ("v1", "PATCH /v1/customers/{customer_id}",
      {"name", "email", "phone", "tier", "status", "date_of_birth", "gender"}),
     ("listings", "POST /crm/{listing_id}", {"first_name", "last_name", "email", "phone"}),
     ("listings", "PUT /crm/{listing_id}", {"id", "first_name", "last_name", "email", "phone"})],
)  # fmt: skip
def test_the_fields_of_bodies_are_documented(name: str, operation: str, fields: set[str]) -> None:
    for content in operations(name)[operation]["requestBody"]["content"].values():
        component = content["schema"]["$ref"].rpartition("/")[2]
        assert set(document(name)["components"]["schemas"][component]["properties"]) == fields


def test_how_to_name_whom_a_delete_means_is_documented() -> None:
    operation = operations("listings")["DELETE /crm/{listing_id}"]
    assert {"id", "email", "phone"} <= {parameter["name"] for parameter in operation["parameters"]}


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_served_to_everybody(name: str, db: Any) -> None:
    answer = Client().get(f"/docs/{name}/openapi.json")
    assert answer.status_code == 200
    assert answer.json() == document(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_document_can_be_read_with_assets_of_our_own(name: str, db: Any) -> None:
    answer = Client().get(f"/docs/{name}/")
    page = answer.content.decode().replace("\\u002D", "-")
    assert answer.status_code == 200
    assert f"/docs/{name}/openapi.json" in page
    assert not re.findall(r"(?:src|href)=[\"']?(?:https?:)?//[^\"'> ]+", page)


def test_the_list_of_documents_leads_to_each(db: Any) -> None:
    page = Client().get("/docs/").content.decode()
    assert all(f'href="/docs/{name}/"' in page for name in NAMES)


def test_an_unknown_document_is_nowhere(db: Any) -> None:
    assert Client().get("/docs/shoes/openapi.json").status_code == 404


def test_documents_hold_nothing_of_an_organisation(acme: World) -> None:
    for name in NAMES:
        content = Api(acme.secret_key).get(f"/docs/{name}/openapi.json").content.decode()
        assert acme.organisation.name not in content
        assert str(acme.organisation.id) not in content


@pytest.mark.parametrize("name", SPOKEN)
def test_every_body_has_an_example_that_its_schema_allows(name: str) -> None:
    for operation, told in operations(name).items():
        done = [answer for status, answer in told["responses"].items() if status < "300"]
        for part in [*done, told.get("requestBody", {})]:
            content = part.get("content", {}).get("application/json")
            if content is not None:
                assert allowed(name, content["schema"], content["example"]) == [], operation

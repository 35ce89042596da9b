"""Schemathesis over the five documents (examples, coverage, fuzzing): whatever they allow is answered as they say."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from crm.organisations.models import Organisation
from tests.builders import a_campaign, a_customer, a_product, an_interaction_with, an_order
from tests.cast import Cast, World
from tests.crm.feedback.asked import ask
from tests.crm_web.documented import document
from tests.members import a_member
from tests.proofs import times

EXAMPLES = times(25, 6)
SETTINGS = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]  # fmt: skip


@contextmanager
def one_connection() -> Iterator[None]:
    """As Django's own test client does: a request does not close the connection that holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def operations() -> list[Any]:
    found = []
    for name in ("v1", "services", "self-service", "listings", "dev"):
        schema = schemathesis.openapi.from_dict(document(name))
        schema.app = application
        for result in schema.get_all_operations():
            operation = result.ok()
            found.append(pytest.param(name, operation, id=operation.label))
    return found


def real_parts(world: World, verb: str) -> dict[str, str]:
    """Ids that are there, so that more is tried than the way to a 404."""
    person = str(a_customer(world, custom_fields={"shoe": 38}))
    listed = {"email": "listed@example.com", "first_name": "Listed", "phone": "15551230000"}
    world.api.form("post", f"/crm/{world.listing.pk}", **listed)
    people = {} if verb == "DELETE" else dict.fromkeys(("customer_id", "contact_id", "member_id"), person)
    people |= {} if verb == "DELETE" else {"campaign_id": str(a_campaign(world))}
    people["customer_interaction_id"] = str(an_interaction_with(world, UUID(person)))
    people |= {"feedback_id": str(ask(world).request.pk)} if verb == "POST" else {}
    people |= {} if verb == "DELETE" else {"product_id": str(a_product(world)), "order_id": str(an_order(world))}
    return {**people, "listing_id": str(world.listing.pk)}


def credentials(name: str, path: str, world: World) -> tuple[dict[str, str], dict[str, str]]:
    """The headers that open an operation, and the ids that go with them."""
    if name == "self-service" and ("/contacts/{" not in path or "/wifi/" in path):
        return {"api_key": world.publishable_key}, {}
    if name == "self-service" or path.endswith("/me"):
        member = a_member(world)
        return {"Authorization": f"Bearer {member.access_token}"}, {"contact_id": member.id}
    return {"Authorization": f"Bearer {world.secret_key}"}, {}


@pytest.mark.proof
@pytest.mark.parametrize(("name", "operation"), operations())
def test_what_a_document_allows_is_answered_as_it_says(cast: Cast, name: str, operation: Any) -> None:
    acme = cast.acme
    Organisation.objects.update(requests_per_hour=1_000_000)
    headers, own = credentials(name, operation.path, acme)
    parts = {**real_parts(acme, operation.method.upper()), **own}

    dice = random.Random(operation.label)

    def send(case: Any) -> None:
        for part, value in parts.items():
            if part in (case.path_parameters or {}) and dice.random() < 0.5:
                case.path_parameters[part] = value
        case.headers.update(headers)
        case.validate_response(case.call(), checks=CHECKS)

    config = HypothesisTestConfig(project=operation.schema.config, modes=list(HypothesisTestMode), settings=SETTINGS)
    run = create_test(operation=operation, test_func=send, config=config)
    with one_connection():
        run()

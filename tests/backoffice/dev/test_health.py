"""S4 `/customers/{customerId}/health` on the wire (s4 §3, where-they-meet.md)."""

from uuid import uuid4

import pytest

from crm.contacts.services import create_contact, delete_contact
from crm.insights.models import Health
from crm.insights.services import compute_health
from tests.backoffice.dev.wire import data, message
from tests.builders import a_customer
from tests.cast import World
from tests.crm.insights.stage import said
from tests.dialects.traces import written

PARTS = ["recency", "trend", "sentiment", "support", "engagement", "loyalty"]
pytestmark = pytest.mark.django_db


def test_health_has_the_shape_that_was_agreed(acme: World) -> None:
    person = a_customer(acme)
    said(acme, person, days_ago=2, type="support", next_action="Send the part")
    before = written(acme)
    for path in (f"/dev/crm/customers/{person}/health", f"/v1/dev/crm/customers/{person}/health"):
        health = data(acme.api.get(path))
    assert list(health) == [
        "customer_id", "score", "band", "coverage", "components", "drags", "delta_30d", "last_order_at",
        "last_interaction_at", "computed_at", "formula_version",
    ]  # fmt: skip
    assert list(health["components"]) == PARTS
    # Support 90 of weight 15, engagement 10 of weight 10.
    assert health["components"]["support"] == {"value": 90, "weight": 15, "contribution": 54.0}
    assert health["components"]["recency"] == {"value": None, "weight": 25, "contribution": None}
    assert (health["customer_id"], health["score"], health["coverage"], health["band"]) == (
        str(person), 58, 25, "unknown",
    )  # fmt: skip
    assert health["drags"] == [{"component": "engagement", "points": 36.0}, {"component": "support", "points": 6.0}]
    assert (health["delta_30d"], health["last_order_at"], health["formula_version"]) == (None, None, 1)
    assert health["last_interaction_at"].endswith("Z")
    assert written(acme) == before
    with acme.scope():
        assert not Health.objects.exists()


def test_what_was_computed_is_told(acme: World) -> None:
    person = a_customer(acme, status="blocked")
    with acme.scope():
        compute_health([person])
        kept = Health.objects.get(pk=person)
    health = data(acme.api.get(f"/dev/crm/customers/{person}/health"))
    assert (health["score"], health["band"], health["coverage"], health["drags"]) == (None, "at_risk", 0, [])
    assert health["computed_at"] == f"{kept.computed_at.isoformat(timespec='milliseconds')[:23]}Z"


def test_who_is_no_customer_is_unknown(acme: World, rival: World, rehearsal: World) -> None:
    gone = a_customer(acme)
    with acme.scope():
        delete_contact(contact_id=gone)
        listed = create_contact(first_name="Only", email="listed@example.com").pk
    for contact_id in (gone, listed, a_customer(rival), a_customer(rehearsal), uuid4()):
        assert message(acme.api.get(f"/dev/crm/customers/{contact_id}/health"), 404) == "Resource not found"


def test_reading_health_needs_its_own_grant(acme: World) -> None:
    person = a_customer(acme)
    path = f"/dev/crm/customers/{person}/health"
    assert acme.key_with("auth:members:read").get(path).status_code == 403
    assert acme.key_with("crm:segments:read").get(path).status_code == 200

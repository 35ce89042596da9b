"""S0 `DELETE /customers/{id}` (s0 §3, §6; where-they-meet.md, "One person")."""

from uuid import UUID

import pytest

from tests.backoffice.v1.wire import JOHN, data, error
from tests.builders import a_customer, an_entry, stored
from tests.cast import Api, World, customer_id
from tests.dialects.traces import latest_events, written


@pytest.fixture
def john(api: Api) -> UUID:
    return customer_id(api.post("/v1/customers", JOHN))


@pytest.mark.parametrize("prefix", ["/v1/customers/", "/v1/customers/cus_", "/api/v1/customers/cus_"])
def test_a_deletion_answers_200_with_the_id(api: Api, john: UUID, prefix: str) -> None:
    answer = api.delete(f"{prefix}{john}")
    assert data(answer) == {"id": f"cus_{john}", "deleted": True}


def test_the_deleted_disappear_from_every_route(api: Api, john: UUID) -> None:
    api.delete(f"/v1/customers/{john}")
    assert api.get("/v1/customers").json()["data"] == []
    assert api.get("/v1/customers", search="john").json()["data"] == []
    for answer in (
        api.get(f"/v1/customers/{john}"),
        api.patch(f"/v1/customers/{john}", {"name": "Back"}),
        api.delete(f"/v1/customers/{john}"),
    ):
        assert error(answer, 404)["code"] == "NOT_FOUND"


def test_the_deleted_disappear_from_listings(api: Api, acme: World) -> None:
    number = an_entry(acme, email="john@example.com")
    john = customer_id(api.post("/v1/customers", JOHN))
    api.delete(f"/v1/customers/{john}")
    assert api.get(f"/crm/{acme.listing.pk}", id=number).status_code == 404
    assert api.get(f"/crm/{acme.listing.pk}", email="john@example.com").status_code == 404
    assert api.form("post", f"/crm/{acme.listing.pk}", email="john@example.com").status_code == 201


def test_the_email_of_the_deleted_is_free_again(api: Api, john: UUID) -> None:
    api.delete(f"/v1/customers/{john}")
    again = customer_id(api.post("/v1/customers", JOHN))
    assert again != john
    assert api.get(f"/v1/customers/{john}").status_code == 404
    assert data(api.get(f"/v1/customers/{again}"))["email"] == "john@example.com"


def test_the_email_of_the_deleted_may_be_taken_by_a_patch(api: Api, acme: World, john: UUID) -> None:
    other = a_customer(acme)
    api.delete(f"/v1/customers/{john}")
    assert data(api.patch(f"/v1/customers/{other}", {"email": "john@example.com"}))["email"] == "john@example.com"


def test_the_row_is_kept_and_the_membership_ended(api: Api, acme: World, john: UUID) -> None:
    api.delete(f"/v1/customers/{john}")
    customer = stored(acme, john)
    assert customer.deleted_at is not None
    assert customer.contact.deleted_at is not None
    assert customer.contact.member.left_at is not None


def test_it_is_told_once(api: Api, acme: World, john: UUID) -> None:
    answer = api.delete(f"/v1/customers/{john}")
    api.delete(f"/v1/customers/{john}")
    (event,) = latest_events(acme, "contact.deleted")
    assert (UUID(event.subject_id), event.actor_kind) == (john, "key")
    assert event.request_id == answer["X-Request-Id"]
    assert event.payload["was_customer"] is True


def test_nobody_else_is_touched(api: Api, acme: World, john: UUID) -> None:
    other = a_customer(acme, phone="+1234567890")
    api.delete(f"/v1/customers/{john}")
    assert data(api.get(f"/v1/customers/{other}"))["phone"] == "+1234567890"


def test_neither_the_other_mode_nor_another_organisation_can_delete(
    api: Api, acme: World, rehearsal: World, rival: World, john: UUID
) -> None:
    before = written(acme)
    for stranger in (rehearsal.api, rival.api):
        assert stranger.delete(f"/v1/customers/{john}").status_code == 404
    assert written(acme) == before
    assert data(api.get(f"/v1/customers/{john}"))["id"] == f"cus_{john}"


def test_a_contact_who_is_no_customer_cannot_be_deleted_here(api: Api, acme: World) -> None:
    number = an_entry(acme, email="listed@example.com")
    with acme.scope():
        listed = acme.listing.entries.get(pk=number).contact_id
    assert api.delete(f"/v1/customers/{listed}").status_code == 404
    assert api.get(f"/crm/{acme.listing.pk}", id=number).status_code == 200

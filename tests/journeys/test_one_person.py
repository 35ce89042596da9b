"""One person through S0, S3 and the back office: one truth, and no other organisation or mode sees any of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from crm.contacts.models import Contact
from crm.kernel.audit import events_about
from tests.cast import Cast, World, customer_id

EMAIL = "journey@example.com"


def seen_by_v1(world: World, id_: UUID) -> dict[str, Any] | None:
    answer = world.api.get(f"/v1/customers/{id_}")
    return answer.json()["data"] if answer.status_code == 200 else None


def seen_by_listing(world: World, listing_id: int, **question: str) -> list[dict[str, Any]]:
    answer = world.api.get(f"/crm/{listing_id}", **question)
    return answer.json()["data"]["results"] if answer.status_code == 200 else []


def seen_by_staff(world: World, id_: UUID) -> str:
    answer = world.browser_of("agent").get(f"/admin/contacts/customer/{id_}/change/")
    return answer.content.decode() if answer.status_code == 200 else ""


@pytest.fixture
def strangers_see_nothing(cast: Cast) -> Callable[[UUID], None]:
    """Called after every step: the other organisation and the other mode look through every window there is."""

    def look(id_: UUID) -> None:
        for stranger in (cast.rival, cast.rehearsal):
            assert seen_by_v1(stranger, id_) is None
            assert stranger.api.get("/v1/customers", search="journey").json()["pagination"]["total"] == 0
            assert seen_by_listing(stranger, stranger.listing.id, email=EMAIL) == []
            assert stranger.api.get(f"/crm/{cast.acme.listing.id}", email=EMAIL).status_code == 403
        assert seen_by_staff(cast.rival, id_) == ""
        with cast.rival.scope():
            assert not Contact.objects.exists()
        with cast.rehearsal.scope():
            assert not Contact.objects.exists()

    return look


def test_a_contact_written_by_s0_is_found_by_s3_changed_by_staff_and_gone_everywhere(
    cast: Cast, strangers_see_nothing: Callable[[UUID], None]
) -> None:
    acme = cast.acme
    listing = f"/crm/{acme.listing.id}"

    created = acme.api.post("/v1/customers", {"name": "Jo Journey", "email": EMAIL, "phone": "+35799123834"})
    id_ = customer_id(created)
    assert seen_by_listing(acme, acme.listing.id, email=EMAIL) == []
    strangers_see_nothing(id_)

    added = acme.api.form("post", listing, email=EMAIL, first_name="Ignored")
    assert added.status_code == 201
    (entry,) = seen_by_listing(acme, acme.listing.id, email=EMAIL)
    assert (entry["contact_first_name"], entry["contact_phone"]) == ("Jo", "35799123834")
    strangers_see_nothing(id_)

    browser = acme.browser_of("agent")
    page = browser.get(f"/admin/contacts/customer/{id_}/change/")
    fields = {**page.context["adminform"].form.initial, "first_name": "Joan", "tier": "gold", "tier_reason": "regular"}
    sent = {name: value for name, value in fields.items() if value not in (None, False, {}, [])}
    saved = browser.post(f"/admin/contacts/customer/{id_}/change/", sent)
    assert saved.status_code == 302, saved.context["errors"]
    assert seen_by_v1(acme, id_) == {**created.json()["data"], "name": "Joan Journey", "tier": "gold",
                                     "updated_at": seen_by_v1(acme, id_)["updated_at"]}  # fmt: skip
    assert seen_by_listing(acme, acme.listing.id, name="joan")[0]["contact_id"] == entry["contact_id"]
    strangers_see_nothing(id_)

    changed = acme.api.form("put", listing, id=entry["contact_id"], last_name="Voyage")
    assert changed.status_code == 200
    assert seen_by_v1(acme, id_)["name"] == "Joan Voyage"
    assert "Joan Voyage" in seen_by_staff(acme, id_)
    strangers_see_nothing(id_)

    assert acme.api.delete(f"/v1/customers/cus_{id_}").json() == {"data": {"id": f"cus_{id_}", "deleted": True}}
    assert seen_by_v1(acme, id_) is None
    assert seen_by_listing(acme, acme.listing.id, email=EMAIL) == []
    assert seen_by_listing(acme, acme.listing.id, id=str(entry["contact_id"])) == []
    assert seen_by_staff(acme, id_) == ""
    assert acme.api.get("/v1/customers", search="voyage").json()["pagination"]["total"] == 0
    strangers_see_nothing(id_)

    with acme.scope():
        story = [event.name for event in events_about("contact", id_).order_by("id")]
    assert story == [
        "customer.created", "member.registered", "listing_entry.added", "contact.updated", "tier.changed",
        "contact.updated", "contact.deleted", "listing_entry.ended", "member.left",
    ]  # fmt: skip


def test_the_same_address_lives_in_every_place_on_its_own(cast: Cast) -> None:
    worlds = (cast.acme, cast.rehearsal, cast.rival)
    ids = {customer_id(world.api.post("/v1/customers", {"name": "Same", "email": EMAIL})) for world in worlds}
    assert len(ids) == 3
    for world in worlds:
        assert world.api.get("/v1/customers").json()["pagination"]["total"] == 1


def test_a_listing_makes_a_contact_that_becomes_a_customer_with_the_same_id(cast: Cast) -> None:
    acme = cast.acme
    acme.api.form("post", f"/crm/{acme.listing.id}", email=EMAIL, first_name="Lee", phone="15551234567")
    with acme.scope():
        contact = Contact.objects.get()
    promoted = acme.api.post("/v1/customers", {"name": "Lee Listed", "email": EMAIL.upper()})
    assert promoted.status_code == 201
    assert customer_id(promoted) == contact.id
    assert promoted.json()["data"]["phone"] == "+15551234567"
    assert acme.api.post("/v1/customers", {"name": "Again", "email": EMAIL}).status_code == 400

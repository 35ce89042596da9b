"""S2 `/contacts/{id}/preferences` (s2 §B6)."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.contacts.models import PreferredOrganisation
from crm.contacts.services import merge_contacts
from crm.kernel.audit import events_about
from crm.organisations.services import define_merchant
from tests.cast import Cast, World
from tests.members import BASE, Member, a_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(acme: World) -> Member:
    return a_member(acme)


def a_merchant(world: World, name: str = "Corner Shop") -> str:
    with world.scope():
        return str(define_merchant(name=name, external_id=name).pk)


def choose(member: Member, organisation: Any, type_: str | None = "ORDERS", verb: str = "put") -> Any:
    body = {"organisation_id": organisation} | ({"type": type_} if type_ else {})
    return member.api.send(verb, f"{member.path}/preferences", body)


def told(member: Member) -> Any:
    answer = member.api.get(f"{member.path}/preferences")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_nothing_is_preferred_at_first(ann: Member) -> None:
    assert told(ann) == {"organisations": []}


@pytest.mark.parametrize("verb", ["put", "post"])
def test_a_merchant_is_chosen_for_one_thing_and_the_organisation_for_another(ann: Member, verb: str) -> None:
    shop, own = a_merchant(ann.world), str(ann.world.organisation.pk)
    answer = choose(ann, shop, "ORDERS", verb)
    assert (answer.status_code, answer.json()) == (200, {"id": shop})
    assert choose(ann, own, "REWARDS", verb).json() == {"id": own}
    assert told(ann) == {"organisations": [
        {"id": shop, "type": "ORDERS", "name": "Corner Shop", "creatives": []},
        {"id": own, "type": "REWARDS", "name": "Acme", "creatives": []},
    ]}  # fmt: skip


def test_there_is_one_of_each_type(ann: Member) -> None:
    first, second = a_merchant(ann.world), a_merchant(ann.world, "Bakery")
    for shop in (first, second, second):
        assert choose(ann, shop).status_code == 200
    assert [one["id"] for one in told(ann)["organisations"]] == [second]
    with ann.world.scope():
        assert PreferredOrganisation.objects.count() == 1
        names = [event.name for event in events_about("contact", UUID(ann.id))]
    assert names.count("organisation.preferred") == 2


def test_without_a_type_it_is_preferred_for_both(ann: Member) -> None:
    shop = a_merchant(ann.world)
    choose(ann, shop, None)
    assert [(one["type"], one["id"]) for one in told(ann)["organisations"]] == [("ORDERS", shop), ("REWARDS", shop)]


def test_what_is_not_in_the_network_is_not_found(cast: Cast, ann: Member) -> None:
    closed = a_merchant(cast.acme, "Closed")
    with cast.acme.scope():
        define_merchant(merchant_id=UUID(closed), is_active=False)
    foreign = [a_merchant(cast.rival), a_merchant(cast.rehearsal), str(cast.rival.organisation.pk)]
    for nowhere in (closed, *foreign, str(uuid4()), "x"):
        answer = choose(ann, nowhere)
        assert (answer.status_code, answer.json()) == (400, {
            "status": 400, "message": "organisation_id: There is no such organisation in the network.",
            "error": "CRM.EXCEPTIONS.NOTFOUNDEXCEPTION", "parameters": ["organisation_id"],
        })  # fmt: skip
    assert told(ann) == {"organisations": []}


def test_a_merchant_that_is_no_longer_in_use_is_not_told(ann: Member) -> None:
    shop = a_merchant(ann.world)
    choose(ann, shop)
    with ann.world.scope():
        define_merchant(merchant_id=UUID(shop), is_active=False)
    assert told(ann) == {"organisations": []}


@pytest.mark.parametrize(
    ("body", "word", "field"),
    [({}, "MANDATORYPARAMETER", "organisation_id"), ({"type": "ORDERS"}, "MANDATORYPARAMETER", "organisation_id"),
     ({"organisation_id": "x", "type": "LUNCH"}, "INVALIDPARAMETER", "type")],
)  # fmt: skip
def test_a_wrong_body_is_named(ann: Member, body: Any, word: str, field: str) -> None:
    answer = ann.api.put(f"{ann.path}/preferences", body)
    assert (answer.status_code, answer.json()["error"]) == (400, f"CRM.EXCEPTIONS.{word}EXCEPTION")
    assert answer.json()["parameters"] == [field]


def test_nobody_reads_or_chooses_for_another(ann: Member) -> None:
    other = a_member(ann.world, "ben@example.com")
    for path in (f"{other.path}/preferences", f"{BASE}/contacts/{uuid4()}/preferences"):
        assert ann.api.get(path).status_code == 403
        assert ann.api.put(path, {"organisation_id": str(ann.world.organisation.pk)}).status_code == 403


def test_a_merge_keeps_the_winners_choice_and_fills_its_blanks(ann: Member) -> None:
    ben, shop = a_member(ann.world, "ben@example.com"), a_merchant(ann.world)
    own = str(ann.world.organisation.pk)
    choose(ann, own, "ORDERS")
    choose(ben, shop, None)
    with ann.world.scope():
        merge_contacts(winner_id=UUID(ann.id), loser_ids=[UUID(ben.id)])
    assert [(one["type"], one["id"]) for one in told(ann)["organisations"]] == [("ORDERS", own), ("REWARDS", shop)]

"""S0 `POST /customers` (s0 §3, §6; where-they-meet.md, "One person")."""

from typing import Any
from uuid import UUID

import pytest

from crm.kernel.addresses import phone_from_digits
from tests.backoffice.v1.wire import DETAIL, JOHN, complaints, data
from tests.builders import a_customer, an_entry, stored
from tests.cast import Api, World, customer_id
from tests.dialects.traces import latest_events, written

CYPRIOT = phone_from_digits("35799123834")
NOTHING_TO_TELL = {"openid": None, "unionid": None}


def test_a_customer_is_answered_whole_with_201(api: Api) -> None:
    more = {"tier": "gold", "status": "inactive", "date_of_birth": "1990-05-17", "gender": "male"}
    record = data(api.post("/v1/customers", {**JOHN, **more}), 201)
    assert set(record) == DETAIL
    assert record["id"].startswith("cus_")
    assert record | {"id": "", "created_at": "", "updated_at": ""} == {
        **JOHN, **more, "id": "", "points_balance": 0, "wechat": NOTHING_TO_TELL, "created_at": "", "updated_at": "",
    }  # fmt: skip


@pytest.mark.parametrize("prefix", ["/v1", "/api/v1"])
def test_what_was_created_is_read_back_the_same(api: Api, prefix: str) -> None:
    created = data(api.post(f"{prefix}/customers", JOHN), 201)
    assert data(api.get(f"{prefix}/customers/{created['id']}")) == created


@pytest.mark.parametrize("address", [{"email": "john@example.com"}, {"phone": "+1234567890"}])
def test_a_name_and_one_address_are_enough(api: Api, address: dict[str, str]) -> None:
    record = data(api.post("/v1/customers", {"name": "John", **address}), 201)
    assert {"email": record["email"], "phone": record["phone"]} == {"email": None, "phone": None, **address}
    assert (record["tier"], record["status"]) == ("bronze", "active")


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "name"), ({"email": "a@example.com"}, "name"), ({"name": None, "email": "a@example.com"}, "name"),
     ({"name": "", "email": "a@example.com"}, "name"), ({"name": " \t ", "email": "a@example.com"}, "name"),
     ({"name": "Ann"}, "email"), ({"name": "Ann", "tier": "gold"}, "email"),
     ({"name": "Ann", "email": None, "phone": None}, "email"), ({"name": "Ann", "email": "", "phone": " "}, "email")],
)  # fmt: skip
def test_a_name_and_an_address_are_required(api: Api, acme: World, body: dict[str, Any], field: str) -> None:
    before = written(acme)
    assert set(complaints(api.post("/v1/customers", body))) == {field}
    assert written(acme) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "john"), ("email", "john@"), ("email", "jo hn@example.com"), ("email", f"{'j' * 250}@example.com"),
     ("email", ["john@example.com"]), ("phone", "123456"), ("phone", "1" * 16), ("phone", "call me"),
     ("phone", "+357 99 x23834"), ("phone", "++35799123834"), ("phone", "١٢٣٤٥٦٧٨"), ("phone", True),
     ("tier", "gould"), ("tier", "Gold"), ("tier", ""), ("tier", None), ("tier", {"name": "gold"}),
     ("status", "blocked"), ("status", "deleted"), ("status", None), ("date_of_birth", "17/05/1990"),
     ("date_of_birth", "1990-02-30"), ("date_of_birth", 19900517), ("gender", "man"), ("name", "x" * 101),
     ("name", f"x {'y' * 101}"), ("name", "x" * 202), ("name", True), ("name", ["John"]), ("name", {"first": "John"})],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused_on_its_field(api: Api, acme: World, field: str, value: Any) -> None:
    before = written(acme)
    assert set(complaints(api.post("/v1/customers", {**JOHN, field: value}))) == {field}
    assert written(acme) == before


@pytest.mark.parametrize("name", ["John\tDoe", "John\nDoe", "John \x7fDoe", "\x1bJohn Doe"])
def test_control_characters_in_a_name_are_refused_on_the_field_that_was_sent(api: Api, name: str) -> None:
    assert set(complaints(api.post("/v1/customers", {**JOHN, "name": name}))) == {"name"}


@pytest.mark.parametrize(
    "name",
    ["John Doe", "Madonna", "Ludwig van Beethoven", "Anna  Maria   Müller", "李小龍", "O'Brien-Smith Jr.", "Zoë 🎉",
     f"{'x' * 100} {'y' * 100}"],
)  # fmt: skip
def test_a_name_reads_back_as_it_was_sent(api: Api, name: str) -> None:
    created = customer_id(api.post("/v1/customers", {**JOHN, "name": name}))
    assert data(api.get(f"/v1/customers/{created}"))["name"] == name


def test_the_last_word_of_a_name_is_the_family_name(api: Api, acme: World) -> None:
    contact = stored(acme, customer_id(api.post("/v1/customers", {**JOHN, "name": "Ludwig van Beethoven"}))).contact
    assert (contact.first_name, contact.last_name) == ("Ludwig van", "Beethoven")
    other = {"name": "Madonna", "email": "madonna@example.com"}
    contact = stored(acme, customer_id(api.post("/v1/customers", other))).contact
    assert (contact.first_name, contact.last_name) == ("Madonna", "")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("+1234567890", "+1234567890"), ("+357 99 123-834", "+35799123834"), ("99123834", "99123834"),
     ("(099) 12.38/34", "099123834"), (" +35799123834 ", "+35799123834"), ("1234567", "1234567"),
     ("1" * 15, "1" * 15)],
)  # fmt: skip
def test_a_phone_is_kept_in_e164_where_it_has_a_country_else_as_digits(api: Api, sent: str, kept: str) -> None:
    assert data(api.post("/v1/customers", {"name": "Ann", "phone": sent}), 201)["phone"] == kept


def test_an_email_is_kept_as_it_was_written_but_trimmed(api: Api) -> None:
    record = data(api.post("/v1/customers", {"name": "Ann", "email": " Ann.Lee@Example.COM "}), 201)
    assert record["email"] == "Ann.Lee@Example.COM"


@pytest.mark.parametrize("email", ["john@example.com", "JOHN@EXAMPLE.COM", " John@example.com "])
def test_an_email_in_use_is_refused_in_any_case(api: Api, acme: World, email: str) -> None:
    a_customer(acme, email="John@Example.com")
    before = written(acme)
    assert set(complaints(api.post("/v1/customers", {"name": "Other", "email": email}))) == {"email"}
    assert written(acme) == before


def test_a_phone_may_be_shared(api: Api) -> None:
    first = data(api.post("/v1/customers", JOHN), 201)
    second = data(api.post("/v1/customers", {**JOHN, "email": "jane@example.com"}), 201)
    assert first["phone"] == second["phone"]
    assert first["id"] != second["id"]


def test_other_organisations_and_the_other_mode_may_have_the_same_email(
    api: Api, rehearsal: World, rival: World
) -> None:
    ids = {data(caller.post("/v1/customers", JOHN), 201)["id"] for caller in (api, rehearsal.api, rival.api)}
    assert len(ids) == 3


@pytest.mark.parametrize("tier", ["bronze", "silver", "gold", "platinum"])
def test_a_tier_that_is_sent_is_set_by_hand_and_locked(api: Api, acme: World, tier: str) -> None:
    answer = api.post("/v1/customers", {**JOHN, "tier": tier})
    assert data(answer, 201)["tier"] == tier
    standing = stored(acme, customer_id(answer)).contact.member.standing
    (created,) = latest_events(acme, "customer.created")
    assert (standing.tier.slug, standing.origin, standing.is_locked, standing.locked_until) == (
        tier, "manual", True, None,
    )  # fmt: skip
    assert standing.reason == "set through the API"
    assert (standing.actor_kind, standing.actor_id) == ("key", created.actor_id)


def test_without_a_tier_a_customer_begins_in_the_lowest_unlocked(api: Api, acme: World) -> None:
    answer = api.post("/v1/customers", {"name": "Ann", "email": "ann@example.com"})
    standing = stored(acme, customer_id(answer)).contact.member.standing
    assert (standing.tier.slug, standing.origin, standing.is_locked) == ("bronze", "auto", False)
    assert latest_events(acme, "tier.changed") == []


def test_unknown_fields_are_all_named_and_nothing_is_written(api: Api, acme: World) -> None:
    before = written(acme)
    answer = api.post("/v1/customers", {**JOHN, "id": "cus_1", "points_balance": 5, "shoe size": 44})
    assert set(complaints(answer)) == {"id", "points_balance", "shoe size"}
    assert written(acme) == before


def test_include_works_on_create_too(api: Api) -> None:
    record = data(api.post("/v1/customers?include=tier,points", JOHN), 201)
    assert (record["tier"]["name"], record["points"]["balance"]) == ("bronze", 0)


def test_an_unknown_include_is_refused_before_anything_is_written(api: Api, acme: World) -> None:
    before = written(acme)
    assert set(complaints(api.post("/v1/customers?include=shoes", JOHN))) == {"include"}
    assert written(acme) == before


def test_a_person_known_from_a_listing_is_promoted(api: Api, acme: World) -> None:
    number = an_entry(acme, first_name="Johnny", last_name="D", email="John@Example.com", phone=CYPRIOT)
    answer = api.post("/v1/customers", {"name": "John Doe", "email": "john@example.com", "tier": "gold"})
    record = data(answer, 201)
    assert (record["name"], record["email"], record["phone"], record["tier"]) == (
        "John Doe", "john@example.com", "+35799123834", "gold",
    )  # fmt: skip
    (row,) = api.get(f"/crm/{acme.listing.pk}", id=number).json()["data"]["results"]
    assert (row["contact_first_name"], row["contact_last_name"]) == ("John", "Doe")
    with acme.scope():
        assert acme.listing.entries.get(pk=number).contact_id == customer_id(answer)


def test_a_promoted_person_cannot_be_created_again(api: Api, acme: World) -> None:
    an_entry(acme, email="john@example.com")
    assert api.post("/v1/customers", JOHN).status_code == 201
    assert set(complaints(api.post("/v1/customers", JOHN))) == {"email"}


def test_a_phone_alone_promotes_nobody(api: Api, acme: World) -> None:
    number = an_entry(acme, first_name="Ann", phone=phone_from_digits("1234567890"))
    created = customer_id(api.post("/v1/customers", {"name": "John Doe", "phone": "+1234567890"}))
    with acme.scope():
        assert acme.listing.entries.get(pk=number).contact_id != created


def test_the_audit_trail_names_the_key_and_the_request(api: Api, acme: World) -> None:
    answer = api.post("/v1/customers", JOHN)
    events = latest_events(acme, "customer.created", "member.registered")
    assert {event.name for event in events} == {"customer.created", "member.registered"}
    assert {UUID(event.subject_id) for event in events} == {customer_id(answer)}
    assert {event.actor_kind for event in events} == {"key"}
    assert {event.request_id for event in events} == {answer["X-Request-Id"]}

"""S2 `/contacts/{id}/payment_methods`: by what one pays, and what is never kept of it."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.contacts.services import delete_contact, merge_contacts, unmerge
from crm.kernel.audit import events_about
from crm.kernel.models import Event
from crm.kernel.sealing import unseal
from crm.orders.models import MOST_PAYMENT_METHODS, PaymentMethod, PaymentMethodAccount
from tests.builders import a_payment_method, an_account
from tests.cast import Cast, World
from tests.members import BASE, Member, a_member

pytestmark = pytest.mark.django_db
NUMBER = "4111111111111111"
TOKEN = "tok_of_the_gateway"
IBAN = "CY17 0020 0128 0000 0012 0052 7600"
VISA = {"name": "Ann Lee", "brand": "VISA", "last_4_digits": "4242", "expiration_month": 7, "expiration_year": 2030}
CARD: dict[str, Any] = {"payment_method_type": "CARD", "card": VISA}
BANK: dict[str, Any] = {
    "payment_method_type": "BANK",
    "bank_details": {"account_name": "Ann Lee", "bank_name": "Bank of Cyprus", "bic": "BCYPCY2N", "iban": IBAN},
}


@pytest.fixture
def ann(acme: World) -> Member:
    return a_member(acme)


@pytest.fixture
def ben(acme: World) -> Member:
    return a_member(acme, "ben@example.com")


def add(member: Member, body: Any) -> Any:
    return member.api.post(f"{member.path}/payment_methods", body)


def added(member: Member, body: Any) -> str:
    answer = add(member, body)
    assert (answer.status_code, set(answer.json())) == (200, {"id"}), answer.content
    return str(answer.json()["id"])


def change(member: Member, key: str, **values: Any) -> Any:
    return member.api.put(f"{member.path}/payment_methods/{key}", values)


def listed(member: Member, **query: Any) -> Any:
    answer = member.api.get(f"{member.path}/payment_methods", **query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def only(member: Member) -> Any:
    (one,) = listed(member)["content"]
    return one


def everything(world: World) -> str:
    """All that is kept of ways to pay, and all that was told of them."""
    with world.scope():
        return str([list(PaymentMethod.objects.values()), list(Event.objects.values())])


def events(member: Member) -> list[str]:
    with member.world.scope():
        names = [event.name for event in events_about("contact", UUID(member.id))]
    return [name for name in names if name.startswith("payment_method.")]


def account(member: Member, **values: Any) -> str:
    return str(an_account(member.world, UUID(member.id), **values))


def test_a_card_is_kept_by_what_is_printed_beside_its_number(ann: Member) -> None:
    key = added(ann, {**CARD, "notes": "Mine"})
    told = only(ann)
    assert isinstance(told.pop("created_on"), int)
    assert told == {
        "id": key, "payment_method_type": "CARD", "card": VISA, "bank_details": None, "accounts": [], "notes": "Mine",
    }  # fmt: skip


def test_a_bank_account_is_sealed_and_told_by_its_last_digits(ann: Member) -> None:
    key = added(ann, BANK)
    told = only(ann)
    assert (told["id"], told["payment_method_type"], told["card"]) == (key, "BANK", None)
    assert told["bank_details"] == {
        "account_name": "Ann Lee", "bank_name": "Bank of Cyprus", "bic": "BCYPCY2N", "last_4_digits": "7600",
    }  # fmt: skip
    plain = IBAN.replace(" ", "")
    with ann.world.scope():
        row = PaymentMethod.objects.get()
        assert unseal(row.wrapped_key, row.sealed_number, context=row.seal_context("number")) == plain
    assert plain not in everything(ann.world)
    assert "200128" not in everything(ann.world)


def test_the_token_is_sealed_and_told_nowhere(ann: Member) -> None:
    key = added(ann, {"payment_method_type": "CARD", "payment_gateway_token": TOKEN})
    with ann.world.scope():
        row = PaymentMethod.objects.get(pk=key)
        assert unseal(row.wrapped_key, row.sealed_token, context=row.seal_context("token")) == TOKEN
    assert TOKEN not in everything(ann.world)
    assert TOKEN not in ann.api.get(f"{ann.path}/payment_methods").content.decode()
    assert TOKEN not in ann.world.browser_of("owner").get(f"/admin/orders/paymentmethod/{key}/change/").content.decode()


@pytest.mark.parametrize(
    ("more", "field"),
    [({"card": {**VISA, "number": NUMBER}}, "card.number"),
     ({"card": {**VISA, "number": "4111 1111 1111 1111"}}, "card.number"),
     ({"card": {**VISA, "number": 4111111111111111}}, "card.number"),
     ({"card": {**VISA, "number": "12345"}}, "card.number"),
     ({"card": {**VISA, "card_number": NUMBER}}, "card.card_number"),
     ({"card": {**VISA, "cvv": "123"}}, "card.cvv"), ({"card": {**VISA, "cvc": 123}}, "card.cvc"),
     ({"card": {**VISA, "name": f"Ann {NUMBER}"}}, "card.name"),
     ({"card": {**VISA, "brand": "4111-1111-1111-1111"}}, "card.brand"),
     ({"notes": f"Order 12345 by {NUMBER[:4]} {NUMBER[4:8]} {NUMBER[8:12]} {NUMBER[12:]}, thanks"}, "notes"),
     ({"notes": "378282246310005"}, "notes"), ({"notes": "4111\n1111\u00a01111_1111"}, "notes"),
     ({"notes": "".join(chr(ord(digit) + 0xFEE0) for digit in NUMBER)}, "notes"),
     ({"payment_gateway_token": NUMBER}, "payment_gateway_token")],
)  # fmt: skip
def test_a_cards_number_is_refused_wherever_it_stands(ann: Member, more: dict[str, Any], field: str) -> None:
    answer = add(ann, {**CARD, **more})
    assert (answer.status_code, answer.json()["parameters"]) == (400, [field])
    assert NUMBER not in answer.content.decode()
    key = added(ann, CARD)
    answer = change(ann, key, **more)
    assert (answer.status_code, answer.json()["parameters"]) == (400, [field])
    assert only(ann)["card"] == VISA
    assert NUMBER not in everything(ann.world)


def test_a_cards_number_is_no_bank_accounts(ann: Member) -> None:
    answer = add(ann, {"payment_method_type": "BANK", "bank_details": {"account_number": NUMBER}})
    assert (answer.status_code, answer.json()["parameters"]) == (400, ["bank_details.iban"])


def test_an_iban_whose_digits_look_like_a_cards_is_an_iban(ann: Member) -> None:
    added(ann, {"payment_method_type": "BANK", "bank_details": {"iban": "DE37 3704 0044 2973 2292 32"}})
    assert only(ann)["bank_details"]["last_4_digits"] == "9232"


@pytest.mark.parametrize("number", ["**** **** **** 4242", "", None])
def test_a_masked_number_is_not_looked_at(ann: Member, number: str | None) -> None:
    added(ann, {**CARD, "card": {**VISA, "number": number, "cvv": ""}})
    assert only(ann)["card"] == VISA


@pytest.mark.parametrize(
    "notes", ["1234567890123456", "Call +357 22 123456", "2026-11-26 07:00, order 4111111111111112"]
)
def test_other_numbers_are_let_through(ann: Member, notes: str) -> None:
    added(ann, {**CARD, "notes": notes})
    assert only(ann)["notes"] == notes


@pytest.mark.parametrize(
    ("word", "kind"),
    [("CREDIT_CARD", "CARD"), ("DEBIT_CARD", "CARD"), ("BANK_ACCOUNT", "BANK"), ("ACCOUNT_DEBIT", "BANK"),
     ("DIRECT_DEBIT", "BANK"), ("ELECTRONIC_PAYMENT", "BANK"), ("ELECTRONIC_TRANSFER", "BANK")],
)  # fmt: skip
def test_other_words_are_taken_for_the_two_kinds(ann: Member, word: str, kind: str) -> None:
    added(ann, {"payment_method_type": word, "payment_gateway_token": TOKEN})
    assert only(ann)["payment_method_type"] == kind


@pytest.mark.parametrize(
    ("body", "field"),
    [({"payment_method_type": "CASH"}, "payment_method_type"),
     ({**CARD, "card": {"last_4_digits": "42"}}, "card.last_4_digits"),
     ({**CARD, "card": {"last_4_digits": "42a2"}}, "card.last_4_digits"),
     ({**CARD, "card": {"last_4_digits": "٤٢٤٢"}}, "card.last_4_digits"),
     ({**CARD, "card": {**VISA, "expiration_month": 13}}, "card.expiration_month"),
     ({**CARD, "card": {**VISA, "expiration_year": None}}, "card.expiration_year"),
     ({**CARD, "card": {**VISA, "expiration_month": None}}, "card.expiration_month"),
     ({**CARD, "bank_details": {"iban": IBAN}}, "bank_details"), ({**BANK, "card": VISA}, "card"),
     ({**BANK, "bank_details": {"iban": IBAN.replace("17", "18", 1)}}, "bank_details.iban"),
     ({**BANK, "bank_details": {"iban": "CY17"}}, "bank_details.iban"),
     ({**BANK, "bank_details": {"account_number": "1/2"}}, "bank_details.iban"),
     ({**CARD, "notes": "x" * 1_001}, "notes"), ({**CARD, "payment_gateway_token": ""}, "payment_gateway_token")],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_kept(ann: Member, body: dict[str, Any], field: str) -> None:
    answer = add(ann, body)
    assert (answer.status_code, answer.json()["parameters"]) == (400, [field]), answer.content
    assert listed(ann)["content"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "payment_method_type"), ({"payment_method_type": "CARD"}, "card.last_4_digits"),
     ({"payment_method_type": "BANK", "bank_details": {"bank_name": "B"}}, "bank_details.iban")],
)  # fmt: skip
def test_what_is_missing_is_named(ann: Member, body: dict[str, Any], field: str) -> None:
    answer = add(ann, body)
    assert (answer.status_code, answer.json()["error"]) == (400, "CRM.EXCEPTIONS.MANDATORYPARAMETEREXCEPTION")
    assert answer.json()["parameters"] == [field]


def test_a_short_account_number_is_told_by_nothing(ann: Member) -> None:
    added(ann, {"payment_method_type": "BANK", "bank_details": {"account_number": "12-34 5678"}})
    assert only(ann)["bank_details"]["last_4_digits"] == ""


def test_a_method_is_changed_by_what_is_sent(ann: Member) -> None:
    key = added(ann, {**CARD, "payment_gateway_token": TOKEN, "notes": "Mine"})
    answer = change(ann, key, card={"expiration_year": 2031}, payment_method_type="CREDIT_CARD")
    assert (answer.status_code, answer.json()) == (200, {"id": key})
    assert only(ann)["card"] == {**VISA, "expiration_year": 2031}
    assert only(ann)["notes"] == "Mine"
    assert change(ann, key).status_code == 200
    refused = change(ann, key, payment_method_type="BANK")
    assert (refused.status_code, refused.json()["parameters"]) == (400, ["payment_method_type"])
    with ann.world.scope():
        row = PaymentMethod.objects.get()
        assert unseal(row.wrapped_key, row.sealed_token, context=row.seal_context("token")) == TOKEN
    assert events(ann) == ["payment_method.changed", "payment_method.added"]


def test_a_method_is_for_ones_own_accounts(ann: Member, ben: Member) -> None:
    home, work = account(ann, name="Home"), account(ann, name="Work")
    key = added(ann, {**CARD, "accounts": [work, home, home]})
    assert only(ann)["accounts"] == [{"id": home, "name": "Home"}, {"id": work, "name": "Work"}]
    ann.api.put(f"{BASE}/accounts/{work}", {"status": "TERMINATED"})
    for wrong in (account(ben), str(uuid4()), "no-id", work):
        for answer in (add(ann, {**CARD, "accounts": [home, wrong]}), change(ann, key, accounts=[wrong])):
            assert (answer.status_code, answer.json()["parameters"]) == (400, ["accounts"])
            assert answer.json()["error"] == "CRM.EXCEPTIONS.NOTFOUNDEXCEPTION"
    change(ann, key, accounts=[home])
    assert only(ann)["accounts"] == [{"id": home, "name": "Home"}]
    change(ann, key, accounts=[])
    assert only(ann)["accounts"] == []


def test_a_method_is_removed_with_all_that_was_sealed(ann: Member, ben: Member) -> None:
    key = added(ann, {**CARD, "accounts": [account(ann)]})
    path = f"{ann.path}/payment_methods/{key}"
    answer = ann.api.delete(path)
    assert (answer.status_code, answer.content, listed(ann)["content"]) == (200, b"", [])
    with ann.world.scope():
        assert not PaymentMethodAccount.objects.exists()
    assert events(ann) == ["payment_method.removed", "payment_method.added"]
    again = ann.api.delete(path)
    assert (again.status_code, again.json()["error"]) == (404, "CRM.EXCEPTIONS.NOTFOUNDEXCEPTION")


def test_nobody_reaches_anothers(cast: Cast, ann: Member, ben: Member) -> None:
    key = added(ben, CARD)
    for other in (ann, a_member(cast.rehearsal), a_member(cast.rival)):
        for path in (ben.path, f"{BASE}/contacts/{uuid4()}"):
            assert other.api.get(f"{path}/payment_methods").status_code == 403
            assert other.api.post(f"{path}/payment_methods", CARD).status_code == 403
            assert other.api.put(f"{path}/payment_methods/{key}", {"notes": "x"}).status_code == 403
            assert other.api.delete(f"{path}/payment_methods/{key}").status_code == 403
        mine = f"{other.path}/payment_methods"
        refused = [
            (answer.status_code, answer.content)
            for wanted in (key, str(uuid4()), "no-id")
            for answer in (other.api.put(f"{mine}/{wanted}", {"notes": "x"}), other.api.delete(f"{mine}/{wanted}"))
        ]
        assert set(refused) == {(404, refused[0][1])}
    assert only(ben)["notes"] == ""


def test_a_member_has_so_many_and_no_more(ann: Member) -> None:
    for _ in range(MOST_PAYMENT_METHODS):
        a_payment_method(ann.world, UUID(ann.id))
    answer = add(ann, CARD)
    assert (answer.status_code, answer.json()["parameters"]) == (400, ["payment_method_type"])
    assert listed(ann, size=7, page=3)["paging"] == {"page": 3, "size": 7, "total": 20}


def test_a_merge_brings_them_along_and_whoever_leaves_has_none(ann: Member, ben: Member) -> None:
    mine, theirs = added(ann, CARD), added(ben, {**BANK, "accounts": [account(ben)]})
    with ann.world.scope():
        merge_id = merge_contacts(winner_id=UUID(ann.id), loser_ids=[UUID(ben.id)]).merge_id
        assert merge_id is not None
    assert [row["id"] for row in listed(ann)["content"]] == [mine, theirs]
    assert len(listed(ann)["content"][1]["accounts"]) == 1
    with ann.world.scope():
        unmerge(merge_id=merge_id)
        assert {str(row.pk): str(row.customer_id) for row in PaymentMethod.objects.all()} == {
            mine: ann.id, theirs: ben.id,
        }  # fmt: skip
        delete_contact(contact_id=UUID(ben.id))
        assert [str(row.pk) for row in PaymentMethod.objects.all()] == [mine]

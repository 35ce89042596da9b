"""A member's own record (s2 §B6)."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from crm.contacts.models import Contact, Customer, IdentityDocument
from crm.organisations.models import Session
from tests.builders import a_customer
from tests.cast import World
from tests.members import BASE, a_member, app, authenticate

# The document's own sample, ids and tokens aside.
SAMPLE: dict[str, Any] = {
    "company_name": "Alpha Bravo", "title": "Sir", "first_name": "John", "middle_name": "Alias", "last_name": "Doe",
    "preferred_language_code": "ENG", "category_id": "4AD9C84FA60F9FE407140E20F707726A", "statutory_number": "EF-12345",
    "demographics": {
        "gender": "MALE",
        "passport": {"passport_number": "123456", "issue_country_code": "CYP", "expiration_date": 129876567},
        "id_details": {"id_number": "K123456", "issue_country_code": "CYP", "expiration_date": 129876567},
        "name_day": {"month": 10, "day": 4},
        "date_of_birth": {"year": 2018, "month": 10, "day": "16"},
    },
    "company_profle": {
        "profile_year": 129876567, "annual_turnover": 1568.14, "established_on": 129876567, "number_of_employees": 1,
        "registration_number": "123456", "registration_country": "CYP", "tax_reference_number": "123456",
        "vat_registration_number": "123456", "industry_id": "4AD9C84FA60F9FE407140E20F707726A",
        "industry_sectors": ["4AD9C84FA60F9FE407140E20F707726A"],
    },
    "email_address": "bill@gmail.com", "sms_opt_out": "false", "email_opt_out": "false", "is_tax_exempt": "false",
    "consent_state": "ACCEPTED",
}  # fmt: skip
SHOWN_AS_SENT = (
    "company_name", "title", "first_name", "middle_name", "last_name", "preferred_language_code", "category_id",
    "email_address", "consent_state",
)  # fmt: skip


def test_the_documents_sample_runs_as_printed_and_reads_back(acme: World) -> None:
    member = a_member(acme)
    answer = member.api.put(member.path, SAMPLE)
    assert (answer.status_code, answer.json()) == (200, {"id": member.id})
    record = member.api.get(member.path).json()
    assert {name: record[name] for name in SHOWN_AS_SENT} == {name: SAMPLE[name] for name in SHOWN_AS_SENT}
    assert record["demographics"] == {
        "gender": "MALE", "name_day": {"month": 10, "day": 4}, "date_of_birth": {"year": 2018, "month": 10, "day": 16},
        "passport": {"passport_number": "***", "issue_country_code": "CYP", "expiration_date": 129876567},
        "id_details": {"id_number": "***456", "issue_country_code": "CYP", "expiration_date": 129876567},
    }  # fmt: skip
    assert record["company_profile"] == SAMPLE["company_profle"]
    assert record["statutory_number"] == "***345"
    assert (record["contact_type"], record["code"]) == ("PERSON", member.id[-8:].upper())


def test_what_is_not_sent_stays_and_null_clears(acme: World) -> None:
    member = a_member(acme)
    member.api.put(member.path, SAMPLE)
    member.api.put(member.path, {"title": None, "demographics": {"gender": None, "name_day": None}})
    record = member.api.get(member.path).json()
    assert (record["title"], record["middle_name"], record["company_profile"]["number_of_employees"]) == (
        "",
        "Alias",
        1,
    )
    assert record["demographics"]["name_day"] == {"month": None, "day": None}
    assert record["demographics"]["date_of_birth"] == {"year": 2018, "month": 10, "day": 16}


def test_a_flat_change_may_come_as_a_form(acme: World) -> None:
    member = a_member(acme)
    answer = member.api.form("put", member.path, first_name="Anna", sms_opt_out="true")
    assert answer.status_code == 200
    record = member.api.get(member.path).json()
    assert (record["first_name"], record["sms_opt_out"]) == ("Anna", True)


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"email_address": "nonsense"}, "email_address"),
        ({"email_address": "taken@example.com"}, "email_address"),
        ({"email_address": None}, "email_address"),
        ({"demographics": {"gender": "X"}}, "demographics.gender"),
        ({"demographics": {"date_of_birth": {"year": 2023, "month": 2, "day": 30}}}, "demographics.date_of_birth"),
        ({"demographics": {"name_day": {"month": 13, "day": 1}}}, "demographics.name_day.month"),
        ({"demographics": {"passport": {"passport_number": "1", "expiration_date": 10**14}}},
         "demographics.passport.expiration_date"),
        ({"company_profile": {"number_of_employees": -1}}, "company_profile.number_of_employees"),
        ({"first_name": "x" * 101}, "first_name"),
        ({"sms_opt_out": "maybe"}, "sms_opt_out"),
        ({"consent_state": "MAYBE"}, "consent_state"),
        ({"custom_fields": [{"value": 1}]}, "custom_fields.0.key"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_written(acme: World, body: dict[str, Any], parameter: str) -> None:
    a_customer(acme, email="taken@example.com")
    member = a_member(acme)
    before = member.api.get(member.path).json()
    answer = member.api.put(member.path, {**body, "title": "Dr", "statutory_number": "X-1"})
    assert answer.status_code == 400, answer.content
    assert parameter in answer.json()["parameters"], answer.json()
    assert member.api.get(member.path).json() == before
    with acme.scope():
        assert not IdentityDocument.objects.exists()


@pytest.mark.parametrize("verb", ["get", "put", "delete"])
def test_another_contacts_id_is_refused_whether_or_not_it_exists(acme: World, rehearsal: World, verb: str) -> None:
    member = a_member(acme)
    others = [a_member(acme, "bob@example.com").id, a_member(rehearsal).id, str(uuid4()), "x", "%00", "1" * 5000]
    answers = [getattr(member.api, verb)(f"{BASE}/contacts/{other}") for other in others]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1


def test_leaving_frees_the_address_and_ends_every_session(acme: World) -> None:
    member = a_member(acme)
    authenticate(acme, "ann@example.com")
    answer = member.api.delete(member.path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert member.api.delete(member.path).status_code == 401
    assert not Session.objects.filter(ended_at=None).exists()
    assert authenticate(acme, "ann@example.com").status_code == 401
    assert a_member(acme).id != member.id


def test_an_id_may_be_written_without_hyphens(acme: World) -> None:
    member = a_member(acme)
    assert member.api.get(f"{BASE}/contacts/{member.id.replace('-', '').upper()}").status_code == 200


@pytest.mark.parametrize("verb", ["get", "put", "delete"])
def test_without_a_member_it_is_401_and_for_others_403(acme: World, verb: str) -> None:
    member = a_member(acme)
    assert getattr(Client(), verb)(member.path).status_code == 401
    assert getattr(app(acme), verb)(member.path).status_code == 401
    assert getattr(acme.api, verb)(member.path).status_code == 403


def test_a_listings_contact_who_registers_is_the_same_person(acme: World) -> None:
    acme.api.form("post", f"/crm/{acme.listing.pk}", email="ann@example.com", first_name="Annie", phone="15551234567")
    member = a_member(acme)
    with acme.scope():
        assert Contact.objects.get().pk == Customer.objects.get().pk
    record = member.api.get(member.path).json()
    assert (record["id"], record["first_name"], record["phone"]) == (member.id, "Ann", "+15551234567")

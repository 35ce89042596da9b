"""S4 `/leads` on the wire: shapes, filters, refusals (s4 §2, §6)."""

from typing import Any
from uuid import uuid4

import pytest

from crm.organisations.roles import Role
from tests.backoffice.dev.wire import complaints, data, message, names, sheet
from tests.builders import a_campaign, a_customer, a_lead
from tests.cast import World

LEADS = "/dev/crm/leads"
JOHN = {
    "name": "John Doe", "email": "john@example.com", "phone": "+1234567890", "company": "Acme Corp",
    "source": "website", "status": "new", "score": 75, "notes": "Interested in premium plan",
}  # fmt: skip
FIELDS = [
    "id", "project_id", "name", "email", "phone", "company", "source", "campaign_id", "status", "score", "notes",
    "last_contact", "custom_fields", "assigned_to", "customer_id", "createdAt", "updatedAt",
]  # fmt: skip
pytestmark = pytest.mark.django_db


def john(world: World, **more: Any) -> dict[str, Any]:
    return data(world.api.post(LEADS, {**JOHN, **more}), 201)


def test_a_lead_reads_back_as_it_was_sent(acme: World) -> None:
    campaign, agent = str(a_campaign(acme)), str(acme.staff[Role.AGENT].pk)
    lead = john(acme, campaign_id=campaign, assigned_to=agent)
    assert list(lead) == FIELDS
    assert {name: lead[name] for name in JOHN} == JOHN
    assert (lead["campaign_id"], lead["assigned_to"]) == (campaign, agent)
    assert data(acme.api.get(f"{LEADS}/{lead['id']}")) == lead
    assert data(acme.api.get(f"/v1{LEADS}/{lead['id']}")) == lead


def test_the_least_that_can_be_sent(acme: World) -> None:
    lead = data(acme.api.post(LEADS, {"name": "Ann", "email": "ann@example.com"}), 201)
    assert (lead["source"], lead["status"], lead["score"], lead["custom_fields"]) == ("other", "new", 0, {})
    assert {lead[name] for name in ("phone", "company", "campaign_id", "notes", "last_contact", "assigned_to")} == {
        None
    }


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"source": "tv"}, "source"), ({"status": "hot"}, "status"), ({"status": "converted"}, "status"),
        ({"email": "nobody"}, "email"), ({"phone": "12"}, "phone"), ({"score": 101}, "score"), ({"score": -1}, "score"),
        ({"score": "a lot"}, "score"), ({"campaign_id": str(uuid4())}, "campaign_id"),
        ({"campaign_id": "x"}, "campaign_id"),
        ({"assigned_to": str(uuid4())}, "assigned_to"), ({"last_contact": "yesterday"}, "last_contact"),
        ({"custom_fields": []}, "custom_fields"), ({"colour": "red"}, "colour"), ({"name": ""}, "name"),
    ],
)  # fmt: skip
def test_a_bad_field_is_named(acme: World, sent: Any, field: str) -> None:
    refused = complaints(acme.api.post(LEADS, {**JOHN, **sent}))
    assert set(refused) == {field}
    lead = john(acme, email="other@example.com")
    assert set(complaints(acme.api.put(f"{LEADS}/{lead['id']}", sent))) == {field}


def test_what_belongs_to_another_place_is_unknown(acme: World, rival: World) -> None:
    sent = {"campaign_id": str(a_campaign(rival)), "assigned_to": str(rival.staff[Role.AGENT].pk)}
    for field, value in sent.items():
        assert set(complaints(acme.api.post(LEADS, {**JOHN, field: value}))) == {field}
    foreign = a_lead(rival)
    for path in (f"{LEADS}/{foreign}", f"{LEADS}/{foreign}/interactions", f"{LEADS}/{foreign}/score"):
        assert message(acme.api.get(path), 404) == "Resource not found"
    assert message(acme.api.post(f"{LEADS}/{foreign}/convert"), 404) == "Resource not found"


def test_an_address_that_another_lead_has_is_a_conflict(acme: World) -> None:
    john(acme)
    assert message(acme.api.post(LEADS, {**JOHN, "email": "JOHN@example.com"}), 409) == "Resource already exists"


def test_put_changes_what_is_sent_and_null_clears(acme: World) -> None:
    lead = john(acme, custom_fields={"size": "L", "hat": "M"}, last_contact="2024-01-15")
    assert lead["last_contact"] == "2024-01-15T00:00:00.000Z"
    sent = {
        "name": "John Doe Updated", "status": "qualified", "score": 85.5, "phone": None, "custom_fields": {"hat": None},
    }  # fmt: skip
    changed = data(acme.api.put(f"{LEADS}/{lead['id']}", sent))
    assert (changed["name"], changed["status"], changed["score"], changed["phone"]) == (
        "John Doe Updated", "qualified", 85.5, None,
    )  # fmt: skip
    assert (changed["custom_fields"], changed["notes"]) == ({"size": "L"}, JOHN["notes"])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"search": "jane"}, {"Jane"}), ({"search": "techno"}, {"Jane"}), ({"status": "qualified"}, {"Jane"}),
        ({"status": "new,qualified"}, {"Jane", "Ben"}), ({"source": "referral"}, {"Ben"}),
        ({"score_min": 50}, {"Jane"}),
        ({"score_max": 50}, {"Ben"}), ({"score_min": 10, "score_max": 20}, {"Ben"}),
        ({"search": "???"}, set()),
    ],
)  # fmt: skip
def test_leads_are_filtered(acme: World, rival: World, asked: Any, found: set[str]) -> None:
    for world in (acme, rival):
        a_lead(world, name="Jane", company="Technology", status="qualified", score=80)
        a_lead(world, name="Ben", source="referral", score=20)
    assert set(names(acme.api.get(LEADS, **asked))) == found


def test_leads_are_filtered_by_whom_and_what_they_belong_to(acme: World) -> None:
    campaign, agent = a_campaign(acme), acme.staff[Role.AGENT].pk
    a_lead(acme, name="Jane", campaign_id=campaign, assigned_to_id=agent)
    a_lead(acme, name="Ben")
    assert names(acme.api.get(LEADS, campaign_id=str(campaign))) == ["Jane"]
    assert names(acme.api.get(LEADS, assigned_to=str(agent))) == ["Jane"]
    assert names(acme.api.get(LEADS, assigned_to=str(uuid4()))) == []


@pytest.mark.parametrize(("asked", "field"), [
    ({"status": "hot"}, "status"), ({"score_min": "x"}, "score_min"), ({"score_max": 101}, "score_max"),
    ({"campaign_id": "x"}, "campaign_id"), ({"page": 0}, "page"), ({"limit": 101}, "limit"),
])  # fmt: skip
def test_a_bad_filter_is_named(acme: World, asked: Any, field: str) -> None:
    assert field in complaints(acme.api.get(LEADS, **asked))


def test_a_page_tells_its_totals(acme: World) -> None:
    for _ in range(12):
        a_lead(acme)
    answer = acme.api.get(LEADS, page=2).json()
    assert (len(answer["data"]), answer["pagination"]) == (2, {"total": 12, "page": 2, "limit": 10})


def test_a_lead_is_converted_once(acme: World) -> None:
    lead = john(acme)
    converted = data(acme.api.post(f"{LEADS}/{lead['id']}/convert"))
    assert set(converted) == {"lead", "customer"}
    customer = converted["customer"]
    assert (converted["lead"]["status"], converted["lead"]["customer_id"]) == ("converted", customer["id"])
    assert (customer["name"], customer["type"], customer["lead_id"]) == ("John Doe", "business", lead["id"])
    assert data(acme.api.get(f"/dev/crm/customers/{customer['id']}")) == customer
    again = acme.api.post(f"{LEADS}/{lead['id']}/convert")
    assert (again.status_code, again.json()) == (
        409, {"message": "The lead is converted already.", "customer_id": customer["id"]},
    )  # fmt: skip
    assert set(complaints(acme.api.put(f"{LEADS}/{lead['id']}", {"status": "new"}))) == {"status"}


def test_a_lost_lead_is_not_converted(acme: World) -> None:
    assert set(complaints(acme.api.post(f"{LEADS}/{a_lead(acme, status='lost')}/convert"))) == {"status"}


def test_a_customer_may_be_made_from_a_lead(acme: World) -> None:
    lead = john(acme)
    sent = {"name": "John Doe", "email": "john@example.com", "lead_id": lead["id"]}
    customer = data(acme.api.post("/dev/crm/customers", sent), 201)
    assert customer["lead_id"] == lead["id"]
    assert data(acme.api.get(f"{LEADS}/{lead['id']}"))["status"] == "converted"
    other = data(acme.api.post("/dev/crm/customers", {"name": "Ann", "email": "ann@example.com"}), 201)
    assert other["lead_id"] is None
    for wrong in (lead["id"], str(uuid4())):
        refused = acme.api.put(f"/dev/crm/customers/{other['id']}", {"lead_id": wrong})
        assert set(complaints(refused)) == {"lead_id"}
    refused = acme.api.post("/dev/crm/customers", {"name": "X", "email": "x@example.com", "lead_id": str(uuid4())})
    assert set(complaints(refused)) == {"lead_id"}
    assert acme.api.get("/dev/crm/customers", search="x@example.com").json()["pagination"]["total"] == 0


def test_a_deleted_lead_is_gone_and_its_address_free(acme: World) -> None:
    lead = john(acme)
    gone = acme.api.delete(f"{LEADS}/{lead['id']}")
    assert (gone.status_code, gone.json()) == (200, {"success": True, "message": "Lead deleted successfully"})
    for answer in (acme.api.get(f"{LEADS}/{lead['id']}"), acme.api.delete(f"{LEADS}/{lead['id']}")):
        assert message(answer, 404) == "Resource not found"
    john(acme)


def test_leads_are_exported_as_they_are_filtered(acme: World, rival: World) -> None:
    a_lead(rival, name="Rival")
    a_lead(acme, name="=SUM(A1)", status="qualified", custom_fields={"size": "L"})
    a_lead(acme, name="Ben")
    rows = sheet(acme.api.get(f"{LEADS}/export", status="qualified"))
    assert list(rows[0]) == FIELDS
    assert [(row["name"], row["custom_fields"]) for row in rows] == [("'=SUM(A1)", '{"size":"L"}')]
    assert len(sheet(acme.api.get(f"{LEADS}/export"))) == 2


def test_interactions_are_kept_with_their_lead(acme: World) -> None:
    lead = f"{LEADS}/{a_lead(acme)}"
    sent = {"type": "call", "notes": "Discussed pricing", "next_action": "Send proposal",
            "next_action_date": "2024-01-15T10:00:00Z"}  # fmt: skip
    made = data(acme.api.post(f"{lead}/interactions", sent), 201)
    assert {name: made[name] for name in sent} == {**sent, "next_action_date": "2024-01-15T10:00:00.000Z"}
    changed = data(acme.api.put(f"{lead}/interactions/{made['id']}", {"type": "meeting", "next_action_date": None}))
    assert (changed["type"], changed["next_action_date"], changed["notes"]) == ("meeting", None, "Discussed pricing")
    listed = acme.api.get(f"{lead}/interactions").json()
    assert (listed["data"], listed["pagination"]["total"]) == ([changed], 1)
    assert data(acme.api.get(lead))["status"] == "contacted"
    other = f"{LEADS}/{a_lead(acme)}"
    for verb in ("put", "delete"):
        answer = getattr(acme.api, verb)(f"{other}/interactions/{made['id']}", {"type": "note"})
        assert message(answer, 404) == "Resource not found"
    gone = acme.api.delete(f"{lead}/interactions/{made['id']}")
    assert gone.json() == {"success": True, "message": "Interaction deleted successfully"}
    assert acme.api.get(f"{lead}/interactions").json()["data"] == []


@pytest.mark.parametrize(("sent", "field"), [
    ({}, "type"), ({"type": "fax"}, "type"), ({"type": "call", "next_action_date": "soon"}, "next_action_date"),
    ({"type": "call", "next_action": "x" * 201}, "next_action"), ({"type": "call", "mood": "good"}, "mood"),
])  # fmt: skip
def test_a_bad_interaction_is_refused_at_its_field(acme: World, sent: Any, field: str) -> None:
    lead = f"{LEADS}/{a_lead(acme)}"
    assert set(complaints(acme.api.post(f"{lead}/interactions", sent))) == {field}
    assert data(acme.api.get(lead))["last_contact"] is None


def test_a_score_is_explained(acme: World) -> None:
    from crm.leads.services.scores import set_up_scoring

    with acme.scope():
        set_up_scoring()
    why = data(acme.api.get(f"{LEADS}/{a_lead(acme, company='Acme', score=90)}/score"))
    assert (why["score"], why["manual"], why["computed"], why["fit"], why["grade"]) == (90, 90, 15, 15, "C3")
    assert why["contributions"] == [
        {"rule": "Company is known", "group": "Who they are", "part": "fit", "points": 15.0, "times": 1}
    ]


@pytest.mark.parametrize("word", ["export", "import", "nurture"])
def test_fixed_words_are_no_ids(acme: World, word: str) -> None:
    assert acme.api.get(f"{LEADS}/{word}x").status_code == 404
    assert acme.api.get(f"{LEADS}/not-a-uuid").json() == {"message": "Resource not found"}


def test_a_customer_who_has_the_address_is_linked(acme: World) -> None:
    known = a_customer(acme, email="john@example.com", name="Known John")
    lead = john(acme)
    customer = data(acme.api.post(f"{LEADS}/{lead['id']}/convert"))["customer"]
    assert (customer["id"], customer["name"]) == (str(known), "Known John")

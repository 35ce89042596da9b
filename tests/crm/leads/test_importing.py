"""Leads from files: what the engine does for all nouns, seen with leads."""

import io
from typing import Any

import pytest

from crm.imports.services import import_file, undo_import
from crm.leads.models import Lead, StageChange
from crm.leads.selectors import leads
from crm.leads.services import add_interaction, change_lead
from crm.organisations.roles import Role
from tests.builders import a_campaign, a_lead
from tests.cast import World
from tests.dialects.traces import latest_events

pytestmark = pytest.mark.django_db


def bring(world: World, text: str) -> Any:
    with world.scope():
        return import_file(noun="leads", file=io.BytesIO(text.encode()), file_name="leads.csv")


def counts(brought: Any) -> tuple[int, int, int, int]:
    return brought.total, brought.created, brought.updated, brought.skipped


def told(answer: Any) -> dict[int, str]:
    return {error["row"]: error["field"] for error in answer.json()["data"]["errors"]}


def test_every_column_reaches_its_field(acme: World) -> None:
    a_campaign(acme, name="Spring")
    agent = acme.staff[Role.AGENT]
    text = (
        "Name,E-mail,Phone,Company,Lead source,Campaign,Stage,Score,Notes,Last contact,Owner,Shoe size\n"
        f"Ann Lee,ann@example.com,+35799123456,Acme,Website,spring,Qualified,75.5,Tall,2024-01-15,"
        f"{agent.user.email},44\n"
    )
    assert counts(bring(acme, text)) == (1, 1, 0, 0)
    with acme.scope():
        lead = leads().select_related("campaign").get()
        assert (lead.name, lead.email_key, lead.phone_key) == ("Ann Lee", "ann@example.com", "35799123456")
        assert (lead.company, lead.source, lead.campaign.name) == ("Acme", "website", "Spring")
        assert (lead.status, lead.score, lead.notes) == ("qualified", lead.manual_score, "Tall")
        assert (float(lead.score), f"{lead.last_contact:%Y-%m-%d}") == (75.5, "2024-01-15")
        assert (lead.assigned_to_id, lead.custom_fields) == (agent.pk, {"Shoe size": "44"})
        assert [change.to_status for change in StageChange.objects.all()] == ["qualified"]
    assert latest_events(acme, "leads.imported")[0].payload["created"] == 1


def test_bad_rows_are_told_by_line_and_field_and_good_ones_stay(acme: World) -> None:
    rows = [
        "Ann,ann@example.com,,,,", "Ben,nobody,,,,", ",cid@example.com,,,,", "Dan,dan@example.com,tv,,,",
        "Eve,eve@example.com,,hot,,", "Fay,fay@example.com,,converted,,", "Guy,guy@example.com,,,101,",
        "Hal,hal@example.com,,,,nobody@example.com", "Ida,,,,,",
    ]  # fmt: skip
    file = io.BytesIO("\n".join(["name,email,source,status,score,assigned_to", *rows]).encode())
    file.name = "leads.csv"
    answer = acme.api.client.post("/dev/crm/leads/import", {"file": file})
    assert answer.status_code == 200, answer.content
    assert told(answer) == {
        3: "email", 4: "name", 5: "source", 6: "status", 7: "status", 8: "score", 9: "assigned_to", 10: "email",
    }  # fmt: skip
    with acme.scope():
        assert list(leads().values_list("name", flat=True)) == ["Ann"]


def test_an_address_that_is_known_updates_what_the_file_gives(acme: World, rival: World) -> None:
    lead_id = a_lead(acme, email="ann@example.com", name="Old", company="Kept", score=10)
    a_lead(rival, email="ann@example.com", name="Rival's")
    assert counts(bring(acme, "name,email,status,company\nNew,ANN@example.com,proposal,\n")) == (1, 0, 1, 0)
    with acme.scope():
        lead = leads().get()
        assert (lead.pk, lead.name, lead.company, lead.status) == (lead_id, "New", "Kept", "proposal")
        assert [change.to_status for change in StageChange.objects.order_by("changed_at")] == ["new", "proposal"]
    with rival.scope():
        assert leads().get().name == "Rival's"


def test_an_undone_import_leaves_what_was_there_and_names_what_changed_since(acme: World) -> None:
    known = a_lead(acme, email="known@example.com", name="Former", custom_fields={"hat": "M"}, status="contacted")
    touched = a_lead(acme, email="touched@example.com", name="Former")
    with acme.scope():
        before = Lead.objects.filter(pk=known).values().get()
    brought = bring(
        acme, "name,email,status,hat\nNew,known@example.com,lost,L\nNew,touched@example.com,new,S\n"
        "Fresh,fresh@example.com,new,S\nCalled,called@example.com,new,S\n",
    )  # fmt: skip
    with acme.scope():
        change_lead(lead_id=touched, notes="Since then")
        add_interaction(lead_id=leads().get(name="Called").pk, type="call")
        undone = undo_import(import_id=brought.pk)
        assert undone.undone == 2
        after = Lead.objects.filter(pk=known).values().get()
        assert {name for name in before if before[name] != after[name]} == {"updated_at"}
        assert set(leads().values_list("name", flat=True)) == {"Former", "New", "Called"}


def test_an_exported_file_imports_as_it_is(acme: World) -> None:
    seen = ("pk", "name", "email", "custom_fields", "score", "manual_score", "updated_at")
    for number in range(3):
        a_lead(acme, name=f"=Lead {number}", custom_fields={"size": "L"}, score=number or None)
    exported = b"".join(acme.api.get("/dev/crm/leads/export").streaming_content).decode()
    with acme.scope():
        before = list(leads().order_by("pk").values(*seen))
    brought = bring(acme, exported)
    assert (brought.created, brought.skipped) == (0, 0)
    with acme.scope():
        assert list(leads().order_by("pk").values(*seen)) == before


def test_one_address_twice_in_a_file_is_one_lead(acme: World) -> None:
    text = "name,email\nAnn,ann@example.com\nBen,ANN@example.com\n"
    brought = bring(acme, text)
    assert brought.total == 2
    with acme.scope():
        assert leads().count() == 1

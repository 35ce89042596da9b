"""What a business has written with an earlier product is there in today's, and every migration can be taken back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.state import ProjectState

from crm.contacts.models import Contact, Merge
from crm.contacts.selectors import customers, interactions_with
from crm.contacts.services import add_interaction, unmerge, update_customer
from crm.contacts.timeline import timeline_of
from crm.kernel.actors import job_actor
from crm.kernel.tenancy import Scope, Tenant, open_scope
from crm.leads.models import FollowUp
from crm.leads.selectors import follow_ups, leads
from crm.leads.services import ask_for_follow_up, change_lead, convert_lead, process_follow_ups
from crm.organisations.models import Organisation
from crm.organisations.services import issue_key
from loyalty.tiers.models import MemberTier
from tests.cast import Api
from tests.upgrades.scratch import (
    applied,
    load,
    migrate_to,
    migrate_to_today,
    scratch_database,
    tables,
    without_rendering,
)
from tests.upgrades.states import STATES

# The rows were written in the last week of November 2026.
LATER = datetime(2026, 12, 10, tzinfo=UTC)
pytestmark = pytest.mark.xdist_group("migrations")


@pytest.fixture
def scratch(django_db_blocker: Any, django_db_setup: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("_append_option", "_remove_option"):
        monkeypatch.setattr(ProjectState, name, without_rendering(getattr(ProjectState, name)))
    with django_db_blocker.unblock(), scratch_database():
        yield


def acme() -> Any:
    """The scope of the business in the file."""
    tenant = Tenant(Organisation.objects.get(slug="acme").pk, "live")
    return open_scope(Scope(tenant=tenant, actor=job_actor("test"), now=LATER))


def ann() -> Contact:
    return Contact.objects.get(email="ann@example.com")


@pytest.mark.parametrize("state", STATES)
def test_rows_of_an_earlier_product_live_on_and_every_migration_can_be_taken_back(scratch: None, state: str) -> None:
    migrate_to(STATES[state])
    load(state)
    before, counts = tables(), rows_of("contacts_customer", "leads_lead", "leads_followup", "kernel_event")
    migrate_to_today()
    everything = applied()
    assert rows_of("contacts_customer", "leads_lead", "leads_followup", "kernel_event") == counts
    with acme():
        people_are_who_they_were()
        leads_are_worked_on()
        todays_rows()
        key = issue_key(name="everything").text
    answer = Api(key).get("/dev/crm/customers", search="ann", limit=5)
    assert {"size": "L"} in [row["custom_fields"] for row in answer.json()["data"]]

    migrate_to(STATES[state])
    assert tables() == before
    assert rows_of("contacts_customer", "leads_lead") == [4, 3]
    assert rows_of("leads_followup WHERE lead_id IS NULL") == [0], "what had no place is gone"
    migrate_to({})
    assert (applied(), tables()) == (set(), set())
    migrate_to_today()
    assert applied() == everything


def people_are_who_they_were() -> None:
    assert {row.contact.name for row in customers().select_related("contact")} == {"Ann Lee", "Ben Lee"}
    assert (ann().title, ann().phone, ann().customer.notes) == ("Dr", "+35799123834", "likes tea")
    assert MemberTier.objects.get(member=ann().member).tier.slug == "gold"
    assert {"event", "message", "listing_entry"} <= {entry.source for entry in timeline_of(ann().pk, limit=100)}
    update_customer(contact_id=ann().pk, notes="likes coffee")
    report = unmerge(merge_id=Merge.objects.get().pk)
    assert [contact.name for contact in Contact.objects.filter(pk__in=report.loser_ids, deleted_at=None)] == [
        "Anne Lee"
    ]


def leads_are_worked_on() -> None:
    planned = follow_ups().get()
    assert (planned.lead.name, planned.title, planned.contact_id, planned.is_open) == ("Leo", "Send offer", None, True)
    assert process_follow_ups().by_kind["next_action"] == 1
    change_lead(lead_id=planned.lead_id, status="qualified")
    customer = convert_lead(lead_id=planned.lead_id).customer
    (said,) = interactions_with(customer.pk)
    assert (said.subject, said.next_action, said.is_planned) == ("Wants samples", "Send offer", True)
    assert process_follow_ups().by_kind["next_action"] == 1
    assert follow_ups().get(contact_id=customer.pk, kind="next_action").is_open
    assert leads().get(name="Ben").customer.contact.name == "Ben Lee"


def todays_rows() -> None:
    """Rows that an earlier database has no place for."""
    add_interaction(contact_id=ann().pk, type="call", subject="Hello", happened_at=LATER, next_action_date=LATER)
    ask_for_follow_up(contact_id=ann().pk, title="Ring", due_at=LATER + timedelta(days=1), subject=ann().pk)
    assert FollowUp.objects.filter(contact=ann(), kind="feedback").exists()


def rows_of(*tables: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in tables))
        return list(cursor.fetchone())

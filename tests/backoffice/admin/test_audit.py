"""The audit trail: everything that happened in the open place, found by record and by name, never changed."""

from typing import Any

import pytest

from crm.contacts.services import update_contact
from crm.kernel.models import Event
from tests.backoffice.admin.forms import send
from tests.backoffice.admin.pages import OF_A_TENANT, PAGES, address
from tests.builders import a_customer
from tests.cast import Cast, World

LIST = address("kernel.Event")


def listed(world: World, role: str = "analyst", **query: Any) -> list[Event]:
    answer = world.browser_of(role).get(LIST, query_params=query)
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


def test_the_audit_trail_shows_what_happened_latest_first(acme: World) -> None:
    key = a_customer(acme, name="Ann")
    send(acme.browser_of("agent"), address("contacts.Customer", "change", key), notes="x")
    names = [event.name for event in listed(acme)]
    assert names[:3] == ["contact.updated", "member.registered", "customer.created"]


def test_the_audit_trail_shows_neither_other_organisations_nor_the_other_mode(cast: Cast) -> None:
    for world in (cast.acme, cast.rehearsal, cast.rival):
        a_customer(world)
    for world in (cast.acme, cast.rehearsal, cast.rival):
        found = listed(world, "owner")
        assert {(event.organisation_id, event.mode) for event in found} == {world.tenant}


@pytest.mark.parametrize("blanks", ["", " ", "\u00a0"])
def test_events_are_found_by_the_whole_id_of_a_record(acme: World, blanks: str) -> None:
    key, other = a_customer(acme), a_customer(acme)
    found = listed(acme, q=f"{blanks}{key}{blanks}")
    assert {event.name for event in found} == {"customer.created", "member.registered"}
    assert str(other) not in {event.subject_id for event in found}


def test_events_are_found_by_their_name(acme: World) -> None:
    a_customer(acme)
    assert {event.name for event in listed(acme, q="member.registered")} == {"member.registered"}
    assert listed(acme, q="nothing.happened") == []
    assert listed(acme, q="somebody") == []


@pytest.mark.parametrize(
    ("query", "names"),
    [({"subject_kind": "api_key"}, {"api_key.issued"}), ({"actor_kind": "staff"}, {"contact.updated"}),
     ({"state": "due"}, {"contact.updated", "customer.created", "organisation.opened"})],
)  # fmt: skip
def test_events_are_narrowed_by_kind_actor_and_delivery(acme: World, query: dict[str, str], names: set[str]) -> None:
    key = a_customer(acme)
    send(acme.browser_of("agent"), address("contacts.Customer", "change", key), notes="x")
    assert {event.name for event in listed(acme, **query)} == names


def test_an_event_shows_its_changes_and_is_never_changed(acme: World) -> None:
    key = a_customer(acme, name="Ann Lee")
    with acme.scope():
        update_contact(contact_id=key, last_name="<b>Miller</b>")
    event = Event.objects.filter(name="contact.updated").get()
    path = address("kernel.Event", "change", event.pk)
    text = acme.browser_of("owner").get(path).content.decode()
    assert "&lt;b&gt;Miller&lt;/b&gt;" in text
    assert 'name="_save"' not in text
    assert acme.browser_of("owner").post(path, {"name": "x"}).status_code == 403
    assert (
        acme.browser_of("owner").post(address("kernel.Event", "delete", event.pk), {"post": "yes"}).status_code == 403
    )
    assert Event.objects.filter(pk=event.pk, name="contact.updated").exists()


def test_the_audit_trail_names_who_did_it(acme: World) -> None:
    key = a_customer(acme)
    send(acme.browser_of("agent"), address("contacts.Customer", "change", key), notes="x")
    text = acme.browser_of("owner").get(LIST, query_params={"q": "contact.updated"}).content.decode()
    assert str(acme.staff["agent"].pk) not in text
    assert "Agent" in text


# What a record of each page has as its history; rows without events of their own have none.
HISTORIES = {
    "approvals.ApprovalRequest": None,
    "approvals.Policy": "approval_policy.defined",
    "approvals.Delegation": "delegation.defined",
    "contacts.Contact": "contact.created",
    "contacts.Customer": "customer.created",
    "campaigns.Campaign": "campaign.created",
    "campaigns.Listing": "listing.opened",
    "leads.Lead": "lead.created",
    "orders.Order": "order.created",
    "files.StoredFile": "file.stored",
    "orders.Product": "product.defined",
    "orders.BillingAccount": "account.opened",
    "orders.PaymentMethod": None,
    "insights.Segment": "segment.defined",
    "insights.SegmentMember": None,
    "contacts.Merge": None,
    "contacts.DataExport": None,
    "contacts.Erasure": None,
    "contacts.Identity": None,
    "contacts.WifiAuthorisation": None,
    "contacts.OnceCode": "once_code.asked",
    "contacts.PassCode": "pass_code.defined",
    "contacts.IdentityProvider": "identity_provider.defined",
    "contacts.SignInSettings": "sign_in_settings.changed",
    "leads.LeadMerge": None,
    "leads.ScoreGroup": "score_group.defined",
    "nurturing.Sequence": "sequence.defined",
    "nurturing.Enrolment": None,
    "leads.LeadPair": None,
    "contacts.DuplicatePair": None,
    "messaging.SendingSettings": "sending_settings.changed",
    "messaging.Sender": "sender.defined",
    "messaging.Communication": None,
    "messaging.Template": "template.defined",
    "imports.Import": "import.uploaded",
    "leads.ScoreRule": "score_rule.defined",
    "leads.StageRule": "stage_rule.set",
    "leads.Turn": "lead_rotation.changed",
    "leads.WebForm": "web_form.defined",
    "leads.FollowUp": None,
    "feedback.FeedbackRequest": "feedback.requested",
    "feedback.FeedbackSettings": "feedback_settings.changed",
    "feedback.Taxonomy": "taxonomy.written",
    "feedback.Candidate": None,
    "tiers.Tier": "tier.defined",
    "messaging.Suppression": "address.suppressed",
    "organisations.ApiKey": "api_key.issued",
    "organisations.Staff": "staff.added",
    "organisations.CustomField": "custom_field.defined",
    "organisations.Merchant": "merchant.defined",
    "campaigns.ListingEntry": None,
    "kernel.Event": None,
    "kernel.QueuedTask": None,
    "organisations.Session": None,
}


@pytest.mark.parametrize("label", OF_A_TENANT)
def test_the_history_of_a_record_tells_what_happened_to_it_alone(cast: Cast, label: str) -> None:
    key, other = PAGES[label].row(cast.acme, "one"), None
    alone = ("organisations.CustomField", "tiers.Tier", "leads.StageRule")
    settings = (
        "messaging.SendingSettings", "feedback.FeedbackSettings", "contacts.SignInSettings",
        "contacts.IdentityProvider",
    )  # fmt: skip
    if label not in (*alone, *settings):
        other = PAGES[label].row(cast.acme, "two")
    events = cast.acme.browser_of("owner").get(address(label, "history", key)).context["events"]
    assert {told.event.subject_id for told in events} == ({str(key)} if HISTORIES[label] else set())
    assert [told.event.name for told in events][-1:] == ([HISTORIES[label]] if HISTORIES[label] else [])
    assert other != key


def test_the_history_of_a_record_without_events_says_so(cast: Cast) -> None:
    key = PAGES["kernel.QueuedTask"].row(cast.acme, "task")
    text = cast.acme.browser_of("owner").get(address("kernel.QueuedTask", "history", key)).content.decode()
    assert "Nothing has happened yet." in text


def test_the_history_of_a_staff_member_is_the_same_in_both_modes(cast: Cast) -> None:
    path = address("organisations.Staff", "change", cast.acme.staff["agent"].pk)
    send(cast.rehearsal.browser_of("owner"), path, role="manager")
    history = address("organisations.Staff", "history", cast.acme.staff["agent"].pk)
    for world in (cast.acme, cast.rehearsal):
        names = [told.event.name for told in world.browser_of("owner").get(history).context["events"]]
        assert names == ["staff.changed", "staff.added"]

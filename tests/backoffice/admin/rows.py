"""A row bearing a mark, for each page of the back office: made in a world, told by its key."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import uuid4

from django_celery_beat.models import IntervalSchedule, PeriodicTask

from crm.campaigns.services import add_to_listing
from crm.contacts.models import IdentityProvider
from crm.contacts.services import (
    Credential,
    add_identity,
    ask_for_code,
    ask_for_export,
    authorise_wifi,
    create_contact,
    create_customer,
    define_identity_provider,
    erase_contact,
    find_duplicates_of,
    merge_contacts,
    update_contact,
)
from crm.files.services import store_file
from crm.kernel.audit import events_about
from crm.kernel.clock import now
from crm.kernel.models import QueuedTask
from crm.leads.models import FollowUp
from crm.leads.services import (
    add_interaction,
    capture_lead,
    define_score_group,
    define_score_rule,
    join_rotation,
    process_follow_ups,
)
from crm.messaging.models import Template
from crm.messaging.recipients import Recipient
from crm.organisations.models import SessionKind
from crm.organisations.roles import Role
from crm.organisations.services import Device, add_staff, open_session
from tests.builders import a_customer
from tests.cast import PASSWORD, World
from tests.crm.messaging.letters import a_message, a_template
from tests.crm.nurturing.sequences import a_sequence, inside


def in_scope(make: Callable[[World, str], Any]) -> Callable[[World, str], Any]:
    def row(world: World, mark: str) -> Any:
        with world.scope():
            return make(world, mark)

    return row


def a_contact_of(world: World, mark: str) -> Any:
    return create_contact(first_name=mark, email=f"contact.{mark}@example.com").pk


def a_customer_of(world: World, mark: str) -> Any:
    return a_customer(world, name=mark, email=f"customer.{mark}@example.com", notes=mark)


def an_entry_of(world: World, mark: str) -> Any:
    values: Any = {"first_name": mark, "email": f"entry.{mark}@example.com"}
    return add_to_listing(listing=world.listing, values=values, ip_address="192.0.2.1").pk


def an_export_of(world: World, mark: str) -> Any:
    contact = create_contact(first_name=mark, email=f"export.{mark}@example.com")
    return ask_for_export(contact_id=contact.pk).pk


def an_erasure_of(world: World, mark: str) -> Any:
    contact = create_contact(first_name=mark, email=f"erased.{mark}@example.com")
    return erase_contact(contact_id=contact.pk).pk


def an_identity_of(world: World, mark: str) -> Any:
    contact = create_contact(first_name=mark, email=f"identity.{mark}@example.com")
    return add_identity(contact_id=contact.pk, provider="EMAIL", value=f"{mark}@signs-in.example").pk


def a_code_of(world: World, mark: str) -> Any:
    customer = create_customer(name=mark, email=f"{mark}@code.example")
    credential = Credential("EMAIL", customer.contact.email.lower())
    return ask_for_code(credentials=[credential], channel="email").auth_otp


def a_device_of(world: World, mark: str) -> Any:
    customer = create_customer(name=mark, email=f"device.{mark}@example.com")
    return authorise_wifi(contact_id=customer.pk, mac="01-23-45-67-89-AB", estimation_id="e", site_id=mark).pk


def a_provider_of(world: World, mark: str) -> Any:
    """There is one of each kind: a second one is the first with another mark."""
    first = IdentityProvider.objects.filter(kind="GOOGLE").first()
    values = {"kind": "GOOGLE", "issuer": mark, "client_ids": [mark], "jwks_url": "https://keys.example.com"}
    return define_identity_provider(provider_id=first and first.pk, **values).pk


def an_event_of(world: World, mark: str) -> Any:
    contact = create_contact(first_name="Somebody", email=f"event.{mark}@example.com")
    update_contact(contact_id=contact.pk, middle_name=mark)
    event = events_about("contact", contact.pk).first()
    assert event is not None
    return event.pk


def a_task_of(world: World, mark: str) -> Any:
    organisation_id, mode = world.tenant
    return QueuedTask.objects.create(
        organisation_id=organisation_id, mode=mode, name=mark, arguments={"of": mark}, last_error=mark,
        actor_kind="job", actor_id=mark,
    ).pk  # fmt: skip


def staff_of(world: World, mark: str) -> Any:
    return add_staff(email=f"{mark}@example.com", role=Role.AGENT, name=mark, password=PASSWORD).pk


def a_session_of(world: World, mark: str) -> Any:
    staff = world.staff[Role.AGENT]
    return open_session(
        kind=SessionKind.STAFF, subject_id=staff.pk, tenant=world.tenant, device=Device(name=mark)
    ).session.pk


def a_schedule_of(world: World, mark: str) -> Any:
    every = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.DAYS)
    return PeriodicTask.objects.create(name=mark, task=mark, interval=every).pk


def a_lead_of(world: World, mark: str) -> Any:
    return capture_lead(name=mark, email=f"{mark}@example.com").pk


def a_file_of(world: World, mark: str) -> Any:
    return store_file(file=BytesIO(b"a text"), name=f"{mark}.txt").pk


def a_follow_up_of(world: World, mark: str) -> Any:
    lead = capture_lead(name=mark, email=f"follow.{mark}@example.com")
    interaction = add_interaction(lead_id=lead.pk, type="note", next_action=mark, next_action_date=now())
    process_follow_ups()
    return FollowUp.objects.get(interaction=interaction).pk


def a_score_rule_of(world: World, mark: str) -> Any:
    group = define_score_group(name=str(uuid4()), part="engagement", cap=9)
    return define_score_rule(group_id=group.pk, name=mark, points=1, touch="note").pk


def a_turn_of(world: World, mark: str) -> Any:
    """Bears no mark: staff are the organisation's, and rightly seen in both modes."""
    colleague = add_staff(email=f"{uuid4()}@example.com", role=Role.AGENT, name="Somebody")
    return join_rotation(staff_id=colleague.pk).pk


def a_sequence_of(world: World, mark: str) -> Any:
    return a_sequence(world, {"kind": "task", "title": mark}, name=mark).pk


def an_enrolment_of(world: World, mark: str) -> Any:
    enrolment = inside(world, {"kind": "task", "title": mark}, name=mark, sequence_name=f"{mark} again")
    return enrolment.pk


def a_pair_of(world: World, mark: str) -> Any:
    twins = [a_customer(world, name=mark, tax_id=mark) for _ in range(2)]
    with world.scope():
        find_duplicates_of(contact_id=twins[0])
        return find_duplicates_of(contact_id=twins[1])[0].pk


def a_message_of(world: World, mark: str) -> Any:
    if not has_template(world):
        a_template(world)
    return a_message(world, mark, recipient=Recipient(email=f"{mark}@example.com", name=mark)).pk


def has_template(world: World) -> bool:
    with world.scope():
        return bool(Template.objects.filter(key="news").exists())


def a_merge_of(world: World, mark: str) -> Any:
    winner, loser = a_customer(world, name=mark), a_customer(world)
    with world.scope():
        return merge_contacts(winner_id=winner, loser_ids=[loser]).merge_id

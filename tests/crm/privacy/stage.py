"""A person with rows in every table that holds something about people, and with a canary in each text of them."""

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models.functions import Now

from crm.approvals.models import ApprovalRequest, ApprovalToken, Decision
from crm.approvals.services import Step, define_policy
from crm.campaigns.services import add_to_listing
from crm.contacts.models import (
    ConsentEntry,
    Customer,
    DuplicatePair,
    IdentityDocument,
    OnceCode,
    PreferredOrganisation,
    PushDevice,
    Referral,
    SignInLink,
    WifiAuthorisation,
)
from crm.contacts.services import (
    add_identity,
    add_own_email,
    ask_for_export,
    build_export,
    find_duplicates_of,
    keep_document,
    merge_contacts,
    open_member_session,
    set_avatar,
    update_contact,
    update_customer,
    write_company_profile,
)
from crm.files.services import Brought, Record, attach_file, print_paper, store_file
from crm.imports.services import import_file
from crm.insights.models import HealthChange
from crm.kernel.clock import now
from crm.kernel.counters import count
from crm.kernel.due import State
from crm.kernel.models import Event, QueuedTask
from crm.leads.models import Lead, LeadPair, WebFormEntry
from crm.leads.services import (
    add_interaction,
    change_lead,
    convert_lead,
    define_web_form,
    find_duplicates_of_lead,
    merge_leads,
    process_follow_ups,
)
from crm.messaging.models import Incoming
from crm.messaging.recipients import Recipient
from crm.messaging.services import suppress
from crm.nurturing.models import StepRun
from crm.orders.services import issue_invoice
from crm.organisations.roles import Role
from crm.organisations.services import Device
from loyalty.tiers.services import set_tier
from tests.builders import (
    a_customer,
    a_lead,
    a_payment_method,
    a_product,
    an_account,
    an_interaction_with,
    an_order,
)
from tests.cast import World
from tests.crm.feedback.asked import an_answer, ask
from tests.crm.files.brought import picture
from tests.crm.insights.stage import a_segment
from tests.crm.messaging.letters import a_message, a_template, send
from tests.crm.nurturing.sequences import MAIL, a_sequence, enter
from tests.crm.orders.shop import refund

# In names and addresses from the beginning, so that it goes wherever these are copied to.
CANARY = "kanarie7q"
EMAIL, PHONE = f"{CANARY}@example.com", "+35799777012"
NAME = f"Ann {CANARY}"
FILE = f"{CANARY} in a file".encode()


def a_whole_person(world: World) -> UUID:
    """Their contact's id."""
    main = a_customer(world, name=NAME, email=EMAIL, phone=PHONE, notes=CANARY, billing_address=CANARY)
    a_template(world)
    _merged(world, main)
    _known(world, main)
    _around_signing_in(world, main)
    _sold(world, main)
    _said(world, main)
    _led(world, main)
    _written_to(world, main)
    _brought(world, main)
    _behind_the_scenes(world, main)
    return main


def _merged(world: World, main: UUID) -> None:
    """Somebody was merged into them who had another address; and they have a double who was not."""
    other = a_customer(world, name=f"Anna {CANARY}", email=f"old.{EMAIL}", phone="+35799777013", notes=CANARY)
    with world.scope():
        merge_contacts(winner_id=main, loser_ids=[other])
    first, second = sorted([main, a_customer(world)])
    with world.scope():
        find_duplicates_of(contact_id=main)
        DuplicatePair.objects.create(first_id=first, second_id=second, score=800, found_at=now())


def _known(world: World, main: UUID) -> None:
    with world.scope():
        update_contact(
            contact_id=main, first_name=f"{CANARY}a", last_name=f"{CANARY}b", date_of_birth=date(1990, 5, 17)
        )
        update_contact(contact_id=main, name=NAME, title=CANARY, custom_fields={"pet": CANARY})
        write_company_profile(contact_id=main, registration_number=CANARY, industry_sectors=[CANARY])
        keep_document(contact_id=main, kind="passport", number=f"{CANARY}-P")
        keep_document(contact_id=main, kind="passport", number=f"{CANARY}-P2")
        set_tier(contact_id=main, slug="gold", reason=CANARY)
        add_to_listing(listing=world.listing, values={"email": EMAIL}, ip_address="192.0.2.7")
        suppress(channel="email", address=f"old.{EMAIL}", note=CANARY)
    a_segment(world, {"all": []}, f"everybody-{uuid4().hex[:6]}")
    with world.scope():
        HealthChange.objects.get_or_create(health_id=main, day=date(2026, 1, 1), defaults={"score": 5, "band": "watch"})


def _around_signing_in(world: World, main: UUID) -> None:
    with world.scope():
        add_identity(contact_id=main, provider="EMAIL", value=EMAIL)
        open_member_session(contact_id=main, device=Device(name=CANARY, address="192.0.2.8"))
        moments = {"created_at": now(), "expires_at": now() + timedelta(hours=1)}
        OnceCode.objects.create(contact_id=main, channel="email", address=EMAIL, asked="x", **moments)
        OnceCode.objects.create(channel="email", address=EMAIL, asked="y", **moments)
        SignInLink.objects.create(contact_id=main, purpose="verify", email=EMAIL, **moments)
        PushDevice.objects.create(
            contact_id=main, serial_number=CANARY, registration_type="apns", sealed_token="x", wrapped_key="y",
            created_at=now(), registered_at=now(),
        )  # fmt: skip
        add_own_email(contact_id=main, email=f"own.{EMAIL}")
        PreferredOrganisation.objects.create(contact_id=main, type="ORDERS", chosen_at=now())
        ConsentEntry.objects.create(
            contact_id=main, topic="email_opt_out", before="no", after="yes", cause="written", decided_at=now(),
            actor_kind="member", actor_id=str(main), address="192.0.2.9", agent=CANARY,
        )  # fmt: skip
        WifiAuthorisation.objects.create(
            contact_id=main, mac_address="02:00:00:00:00:01", estimation_id=CANARY, site_id=CANARY, **moments
        )
        Referral.objects.create(contact_id=main, referrer_id=a_customer_here(), created_at=now())
    count(f"guess:member:{world.tenant.organisation_id}:{world.mode}:{EMAIL}", lasts=timedelta(hours=1))


def a_customer_here() -> UUID:
    """Somebody else, made in the open scope."""
    from crm.contacts.services import create_customer

    return create_customer(name="Bob", email=f"bob{uuid4().hex[:8]}@example.com").pk  # type: ignore[no-any-return]


def _sold(world: World, main: UUID) -> None:
    beans = a_product(world)
    order = an_order(world, main, (beans, 2), status="delivered", notes=CANARY, shipping_address=CANARY)
    refund(world, order, amount=Decimal(5), reason=CANARY)
    account = an_account(world, main, name=CANARY)
    bank = {"holder": CANARY, "bank_name": CANARY, "number": f"7{CANARY}"}
    a_payment_method(world, main, kind="bank", card={}, bank=bank, notes=CANARY, account_ids=[account])
    with world.scope():
        invoice = issue_invoice(order_id=order)
        request, decider = a_waiting_request_here(main), {"decider_kind": "member", "decider_id": main, "step": 0}
        Decision.objects.create(
            request=request, response="accept", comments=CANARY, via="link", created_at=now(), **decider
        )
        ApprovalToken.objects.create(
            request=request, digest="x", created_at=now(), expires_at=now() + timedelta(days=1), **decider
        )
        print_paper(kind="invoice", record_id=invoice.pk, contact_id=main)


def a_waiting_request_here(main: UUID) -> ApprovalRequest:
    policy = define_policy(name="Not in force", kind="order", steps=[Step(approver="member")], is_active=False)
    return ApprovalRequest.objects.create(  # type: ignore[no-any-return]
        policy=policy, kind="order", record_id=uuid4(), reference="O-1", contact_id=main, steps=[{}],
        asked_by_kind="key", asked_by="key-1", snapshot={"items": []}, created_at=now(), due_at=now(),
    )  # fmt: skip


def _said(world: World, main: UUID) -> None:
    an_interaction_with(
        world, main, subject=CANARY, description=CANARY, outcome=CANARY, next_action=f"Call {NAME}",
        next_action_date=now_in(world) - timedelta(days=1),
    )  # fmt: skip
    an_answer(world, 1, customer_id=main, comment=f"The price, says {CANARY}", category=CANARY)
    with world.scope():
        from crm.feedback.models import FeedbackRequest

        FeedbackRequest.objects.filter(customer=main).update(created_at=now() - timedelta(days=90))
    ask(world, customer_id=main, channel="email")


def now_in(world: World) -> Any:
    with world.scope() as scope:
        return scope.now


def _led(world: World, main: UUID) -> None:
    """They were a lead under the same address, into which another lead was merged; and one is in a sequence."""
    agent = world.staff[Role.AGENT].pk if world.staff else None
    lead = a_lead(world, name=NAME, email=EMAIL, phone=PHONE, company=CANARY, notes=CANARY, assigned_to_id=agent)
    twin = a_lead(world, name=f"Ann {CANARY}x", email=f"lead.{EMAIL}", phone="+35799777014", notes=CANARY)
    first, second = sorted([lead, a_lead(world)])
    with world.scope():
        find_duplicates_of_lead(lead_id=twin)
        merge_leads(winner_id=lead, loser_ids=[twin])
        add_interaction(lead_id=lead, type="call", notes=CANARY, next_action=f"Write to {NAME}", next_action_date=now())
        change_lead(lead_id=lead, status="proposal", custom_fields={"pet": CANARY})
        find_duplicates_of_lead(lead_id=lead)
        LeadPair.objects.create(first_id=first, second_id=second, score=800, found_at=now())
        form = define_web_form(name=f"Contact {uuid4().hex[:6]}")
        WebFormEntry.objects.create(
            form=form, values={"name": NAME}, email_key=EMAIL, expires_at=now(), created_at=now()
        )
    sequence = a_sequence(world, MAIL, name=f"Welcome {uuid4().hex[:6]}", entry_stages=["proposal"])
    enter(world, sequence, lead)
    with world.scope():
        process_follow_ups()
        StepRun.objects.filter(enrolment__lead=lead).update(reason=CANARY)
        convert_lead(lead_id=lead)
        assert Lead.objects.filter(pk=lead, customer=main).exists()


def _written_to(world: World, main: UUID) -> None:
    """A letter that went out and was answered, one that waits, one to the address that names nobody."""
    whose = Recipient(email=EMAIL, phone=PHONE, name=NAME, contact_id=main)
    letter = a_message(world, f"one-{main}", recipient=whose)
    send(world)
    a_message(world, f"two-{main}", recipient=whose)
    a_message(world, f"three-{main}", recipient=Recipient(email=EMAIL, name=NAME))
    with world.scope():
        Incoming.objects.create(
            communication=letter, kind="reply", sender=EMAIL, subject=CANARY, text=CANARY,
            message_id=f"<{uuid4()}@{CANARY}.example>", received_at=now(),
        )  # fmt: skip
    file = settings.OUTBOX / f"{letter.pk}.eml"
    assert world.mode == "test" or CANARY.encode() in file.read_bytes()


def _brought(world: World, main: UUID) -> None:
    with world.scope():
        mine = store_file(file=io.BytesIO(FILE), name=f"{CANARY}.txt", contact_id=main)
        attach_file(file_id=mine.pk, to=Record("contact", main), contact_id=main)
        by_staff = store_file(file=io.BytesIO(FILE), name=f"{CANARY} of staff.txt")
        attach_file(file_id=by_staff.pk, to=Record("contact", main))
        set_avatar(contact_id=main, picture=Brought(io.BytesIO(picture(size=(600, 400))), f"{CANARY}.png"))
        import_file(
            noun="customers", file=io.BytesIO(f"name,email,notes\n{NAME},{EMAIL},{CANARY} again\n".encode()),
            file_name="people.csv",
        )  # fmt: skip
        asked = ask_for_export(contact_id=main)
        build_export(data_export_id=asked.pk)


def _behind_the_scenes(world: World, main: UUID) -> None:
    said = {"type": "call", "subject": CANARY, "date": "2024-01-15T10:00:00Z"}
    path = f"/dev/crm/customers/{main}/interactions"
    answer = world.api.send("post", path, said, headers={"Idempotency-Key": f"k-{main}"})
    assert answer.status_code == 201, answer.content
    organisation_id, mode = world.tenant
    QueuedTask.objects.create(
        organisation_id=organisation_id, mode=mode, name="insights.look_at_people",
        arguments={"contact_ids": [str(main)]},
        actor_kind="job", actor_id="test", state=State.DEAD, last_error=f"ValueError: {CANARY}",
    )  # fmt: skip
    Event.objects.filter(organisation_id=organisation_id, mode=mode, subject_id=str(main)).update(
        last_error=f"ValueError: {CANARY}", recorded_at=Now()
    )
    with world.scope():
        assert Customer.objects.filter(pk=main).exists()
        assert IdentityDocument.objects.filter(contact=main).exists()
        update_customer(contact_id=main, tax_id=CANARY, shipping_address=CANARY, payment_terms=CANARY)
        assert WifiAuthorisation.objects.filter(contact=main).exists()

"""What is left of somebody who asked to be forgotten: a pseudonym, and figures."""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from crm.contacts.errors import ContactNotFound
from crm.contacts.models import Contact, CustomerInteraction, Erasure, MergedRow
from crm.contacts.services import delete_contact, erase_contact, merge_contacts, unmerge
from crm.contacts.services.knowing import person_with
from crm.files.services import sweep_bytes
from crm.kernel.audit import events_about
from crm.kernel.clock import now
from crm.kernel.merging.errors import MergeOverlaid
from crm.kernel.privacy.holdings import HOLDINGS
from crm.leads.models import Lead
from crm.orders.models import Invoice, Order
from crm.orders.services import issue_invoice
from tests.builders import a_customer, a_lead, an_order
from tests.cast import Cast, World
from tests.crm.insights.stage import work_off
from tests.crm.privacy.canaries import files_that_tell, fill_with_canaries, rows_of_world, rows_that_tell
from tests.crm.privacy.stage import CANARY, PHONE, a_whole_person

pytestmark = pytest.mark.django_db
# As they are written, as they are compared, and without the country's code.
WORDS = (CANARY, PHONE[1:], PHONE[4:])


def erase(world: World, contact_id: UUID) -> Erasure:
    with world.scope():
        return erase_contact(contact_id=contact_id)


def test_nothing_says_who_they_were(
    cast: Cast, places: Path, caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:  # fmt: skip
    """A canary in every text that may hold one, in tables, files and letters; a stranger's of the same name stay."""
    main, _stranger = a_whole_person(cast.acme), a_whole_person(cast.rival)
    with cast.acme.scope():
        counts = fill_with_canaries(person_with(main))
    assert {label for label, count in counts.items() if not count} == {"contacts.Erasure"}, "no row to look at"
    before, ours = rows_that_tell(*WORDS), str(cast.acme.organisation.pk.hex)
    assert len(rows_of_world(before, cast.acme)) > 30
    lying = files_that_tell(places, *WORDS)
    caplog.clear()
    with caplog.at_level(logging.DEBUG), django_capture_on_commit_callbacks(execute=True):
        erase(cast.acme, main)
    work_off(cast.acme)
    after = rows_that_tell(*WORDS)
    assert rows_of_world(after, cast.acme) == {}
    assert after == rows_of_world(before, cast.rival)
    left = files_that_tell(places, *WORDS)
    assert [path for path in (places / "media").rglob("*") if path.is_file() and ours in str(path)] == []
    with cast.acme.scope():
        assert {path for path in left if path.parent.name == "outbox" and _is_ours(path)} == set()
    assert 0 < len(left) < len(lying)
    assert CANARY not in caplog.text


def _is_ours(letter: Path) -> bool:
    from crm.messaging.models import Communication

    return Communication.objects.filter(pk=UUID(letter.stem)).exists()


@pytest.mark.parametrize("forgotten", ["leads.LeadInteraction", "kernel.Event", "orders.Invoice"])
def test_a_table_that_is_forgotten_shows(cast: Cast, monkeypatch: pytest.MonkeyPatch, forgotten: str) -> None:
    """The guard switched off: without what one app says, the canary is found."""
    main = a_whole_person(cast.acme)
    with cast.acme.scope():
        fill_with_canaries(person_with(main))
    monkeypatch.delitem(HOLDINGS, forgotten)
    with transaction.atomic():
        erase(cast.acme, main)
    assert set(rows_that_tell(*WORDS)) == {forgotten.lower().replace(".", "_")}


def test_what_a_crash_leaves_goes_later(acme: World, places: Path, django_capture_on_commit_callbacks: Any) -> None:
    """Killed after the commit: bytes are swept away at night, letters by the worker that takes the event up."""
    main = a_whole_person(acme)
    with django_capture_on_commit_callbacks(execute=False):
        erase(acme, main)
    lying = [path for path in (places / "media").rglob("*") if path.is_file()]
    assert files_that_tell(places / "outbox", CANARY)
    assert files_that_tell(places / "media", CANARY)
    for path in lying:
        os.utime(path, (0, 0))
    work_off(acme)
    with acme.scope():
        after, removed = sweep_bytes(after="")
        while after:
            after, more = sweep_bytes(after=after)
            removed += more
    assert removed == len(lying)
    assert files_that_tell(places, CANARY) == []


def test_what_a_transaction_wrote_that_had_begun_before_goes_too(acme: World) -> None:
    """A row that came late, as from a request that was under way."""
    main = a_customer(acme, name="Ann Lee", email="ann@example.com")
    erase(acme, main)
    with acme.scope():
        CustomerInteraction.objects.create(
            contact_id=main, type="call", subject=CANARY, happened_at=now(), created_at=now(), updated_at=now()
        )
    work_off(acme)
    assert rows_that_tell(CANARY) == {}


def test_what_stays_hangs_on_a_pseudonym(acme: World) -> None:
    main = a_customer(acme, name="Ann Lee", email="ann@example.com")
    order = an_order(acme, main, status="delivered", notes="Ring twice")
    with acme.scope():
        paper = issue_invoice(order_id=order)
    erase(acme, main)
    with acme.scope():
        contact = Contact.objects.get(pk=main)
        assert contact.name == f"Erased person {main.hex[-8:].upper()}"
        assert (contact.email, contact.deleted_at is None, contact.words) == ("", False, [])
        kept = Order.objects.get(pk=order)
        assert (kept.customer_id, kept.notes, kept.total) == (main, "", kept.total)
        buyer = Invoice.objects.get(pk=paper.pk).snapshot["buyer"]
        assert (buyer["name"], buyer["email"]) == (contact.name, "")
        names = [event.name for event in events_about("contact", main)]
    assert names[0] == "contact.erased"
    assert "customer.created" in names


def test_that_something_was_changed_is_still_told_but_not_from_what_to_what(acme: World) -> None:
    main = a_customer(acme, name="Ann Lee")
    with acme.scope():
        from crm.contacts.services import update_contact

        update_contact(contact_id=main, name="Ann Mill")
    erase(acme, main)
    with acme.scope():
        changed = events_about("contact", main).get(name="contact.updated")
    assert changed.changes == {"last_name": [None, None], "name": [None, None]}


def test_a_second_time_is_the_first_one(acme: World) -> None:
    main = a_customer(acme)
    first, second = erase(acme, main), erase(acme, main)
    assert first.pk == second.pk
    with acme.scope():
        assert events_about("contact", main).filter(name="contact.erased").count() == 1


def test_foreign_and_unknown_people_look_alike(acme: World, rival: World) -> None:
    for nobody in (uuid4(), a_customer(rival)):
        with pytest.raises(ContactNotFound):
            erase(acme, nobody)


def test_who_had_left_can_be_erased_still(acme: World) -> None:
    main = a_customer(acme, name="Ann Lee")
    with acme.scope():
        delete_contact(contact_id=main)
    erase(acme, main)
    with acme.scope():
        assert Contact.objects.get(pk=main).name.startswith("Erased person")


def test_who_was_merged_into_another_is_erased_with_them(acme: World) -> None:
    winner, loser = a_customer(acme, name="Ann Lee"), a_customer(acme, name="Anna Lee")
    with acme.scope():
        merge = merge_contacts(winner_id=winner, loser_ids=[loser])
    assert erase(acme, loser).contact_id == winner
    with acme.scope():
        assert {row.name for row in Contact.objects.filter(pk__in=[winner, loser])} == {
            f"Erased person {winner.hex[-8:].upper()}"
        }
        assert not MergedRow.objects.filter(merge=merge.merge_id).exists()
        with pytest.raises(MergeOverlaid):
            unmerge(merge_id=merge.merge_id)


def test_leads_of_the_same_address_go_with_them_and_those_of_others_stay(acme: World) -> None:
    main = a_customer(acme, email="ann@example.com")
    theirs, other = a_lead(acme, email="Ann@Example.com", name="Ann"), a_lead(acme, name="Bob")
    erase(acme, main)
    with acme.scope():
        assert Lead.objects.get(pk=theirs).name.startswith("Erased person")
        assert Lead.objects.get(pk=theirs).deleted_at is not None
        assert (Lead.objects.get(pk=other).name, Lead.objects.get(pk=other).deleted_at) == ("Bob", None)


def test_an_erasure_is_neither_changed_nor_deleted(acme: World) -> None:
    erasure = erase(acme, a_customer(acme))
    with acme.scope():
        for work in (lambda: Erasure.objects.update(counts={}), lambda: Erasure.objects.all().delete()):
            with (
                pytest.raises((InternalError, IntegrityError), match="is written once"),
                transaction.atomic(),
            ):
                work()
        assert Erasure.objects.get(pk=erasure.pk).counts["contacts.Contact"] == 1


def test_it_costs_the_same_however_much_there_is_of_them(acme: World) -> None:
    few, many = a_customer(acme), a_customer(acme)
    for person, number in ((few, 1), (many, 6)):
        for _ in range(number):
            an_order(acme, person, status="delivered")
    numbers = []
    for person in (few, many):
        with acme.scope(), CaptureQueriesContext(connection) as captured:
            erase_contact(contact_id=person)
        numbers.append(len(captured))
    assert numbers[0] == numbers[1]
    assert numbers[0] < 5 * len(HOLDINGS)

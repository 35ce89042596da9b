"""Who was erased is not written to, and no file brings them back; by themselves they may come again."""

import io
from uuid import UUID

import pytest

from crm.contacts.models import Contact
from crm.contacts.selectors import contacts
from crm.contacts.services import erase_contact
from crm.contacts.services.registering import Registration, register
from crm.imports.models import Import, ImportRow
from crm.imports.services import import_file
from crm.leads.selectors import leads
from crm.messaging.governor import Send, Skip, verdict
from crm.messaging.models import Suppression
from crm.messaging.recipients import Recipient
from crm.messaging.services import suppress
from tests.builders import a_customer
from tests.cast import World
from tests.crm.messaging.letters import a_message, a_template, stored

pytestmark = pytest.mark.django_db
EMAIL, PHONE = "ann@example.com", "+35799777012"


def erased(world: World) -> UUID:
    main = a_customer(world, name="Ann Lee", email=EMAIL, phone=PHONE)
    with world.scope():
        erase_contact(contact_id=main)
    return main


def of(world: World, noun: str, *rows: str) -> Import:
    text = "\n".join(["name,email,phone", *rows]) + "\n"
    with world.scope():
        return import_file(noun=noun, file=io.BytesIO(text.encode()), file_name="people.csv")


@pytest.mark.parametrize("noun", ["customers", "leads"])
def test_a_file_does_not_bring_them_back(acme: World, noun: str) -> None:
    erased(acme)
    done = of(acme, noun, "Ann Lee,ANN@example.com,", "Bob,bob@example.com,")
    assert (done.created, done.skipped) == (1, 1)
    with acme.scope():
        told = ImportRow.objects.get(of=done, number=2)
        assert (told.field, "asked to be erased" in told.message) == ("email", True)
        assert not contacts().filter(email_key=EMAIL).exists()
        assert not leads().filter(email_key=EMAIL).exists()


def test_they_are_known_again_by_their_phone(acme: World) -> None:
    erased(acme)
    assert of(acme, "customers", f"Ann Lee,other@example.com,{PHONE}").created == 0


def test_another_place_knows_nothing_of_it(acme: World, rival: World) -> None:
    erased(acme)
    assert of(rival, "customers", f"Ann Lee,{EMAIL},").created == 1


def test_nothing_is_sent_to_them(acme: World) -> None:
    erased(acme)
    a_template(acme, message_class="transactional")
    with acme.scope() as scope:
        assert verdict(Recipient(email=EMAIL), "email", "transactional", scope.now) == Skip("erased")
    assert a_message(acme, recipient=Recipient(email=EMAIL, name="Ann")).state == "skipped"


def test_what_waited_for_them_is_not_sent(acme: World) -> None:
    a_template(acme)
    main = a_customer(acme, email=EMAIL)
    waiting = a_message(acme, recipient=Recipient(email=EMAIL, contact_id=main))
    with acme.scope():
        erase_contact(contact_id=main)
    left = stored(acme, waiting)
    assert (left.state, left.reason, left.recipient) == ("skipped", "erased", "")


def test_the_list_names_nobody(acme: World) -> None:
    with acme.scope():
        suppress(channel="email", address=EMAIL, reason="bounce")
    erased(acme)
    with acme.scope():
        entries = list(Suppression.objects.all())
    assert {(entry.reason, entry.address, len(entry.key)) for entry in entries} == {("erased", "", 64)}
    assert len(entries) == 2


def test_who_comes_again_by_themselves_is_welcome(acme: World) -> None:
    before = erased(acme)
    with acme.scope() as scope:
        customer = register(Registration({"name": "Ann Lee", "email": EMAIL}))
        assert customer.pk != before
        assert verdict(Recipient(email=EMAIL), "email", "transactional", scope.now) == Send()


def test_a_phone_that_others_have_too_stays_theirs(acme: World) -> None:
    main, other = a_customer(acme, phone=PHONE), a_customer(acme, phone=PHONE)
    with acme.scope() as scope:
        erase_contact(contact_id=main)
        assert Contact.objects.get(pk=other).phone == PHONE
        assert verdict(Recipient(phone=PHONE), "sms", "transactional", scope.now) == Send()

"""Rows become customers: what is created, updated, skipped, and said."""

from crm.contacts.models import Contact, Customer
from crm.imports.models import Import, OnMatch, State
from crm.imports.services import check_import, run_import
from loyalty.tiers.models import MemberTier
from tests.builders import a_customer, an_entry, stored
from tests.cast import World
from tests.crm.imports.files import csv_file, imported, people, ready, told


def counts(of: Import) -> tuple[int, int, int, int]:
    return of.total, of.created, of.updated, of.skipped


def customer_with(world: World, email: str) -> Customer:
    with world.scope():
        return Customer.objects.select_related("contact").get(contact__email_key=email, deleted_at=None)


def test_new_people_become_customers_and_members(acme: World) -> None:
    done = imported(acme, csv_file(*people(3)))
    assert done.state == State.FINISHED
    assert counts(done) == (3, 3, 0, 0)
    customer = customer_with(acme, "person2@example.com")
    assert (customer.contact.name, customer.contact.phone, customer.contact.source) == (
        "Person 2", "+447900000002", "import",
    )  # fmt: skip
    with acme.scope():
        assert MemberTier.objects.filter(tier__slug="bronze").count() == 3


def test_imported_people_are_found_by_search(acme: World) -> None:
    imported(acme, csv_file(("Zoë Müller", "zoe@example.com", "")))
    found = acme.api.get("/dev/crm/customers", search="muller").json()["data"]
    assert [row["email"] for row in found] == ["zoe@example.com"]


def test_an_address_that_is_known_updates_what_the_file_gives(acme: World) -> None:
    known = a_customer(acme, name="Ann Old", email="ann@example.com", phone="+447911111111", notes="kept")
    file = csv_file(("Ann New", "ANN@example.com", "", "5"), header=("name", "email", "phone", "credit_limit"))
    done = imported(acme, file)
    assert counts(done) == (1, 0, 1, 0)
    customer = stored(acme, known)
    assert (customer.contact.name, customer.contact.phone, customer.notes, customer.credit_limit) == (
        "Ann New", "+447911111111", "kept", 5,
    )  # fmt: skip
    assert [row["name"] for row in acme.api.get("/dev/crm/customers", search="new").json()["data"]] == ["Ann New"]


def test_bad_rows_are_told_and_good_ones_stay(acme: World) -> None:
    rows = [("A", "a@example.com", ""), ("B", "nonsense", ""), ("", "c@example.com", ""), ("D", "", "+447911111111"),
            ("E", "e@example.com", "12")]  # fmt: skip
    done = imported(acme, csv_file(*rows))
    assert counts(done) == (5, 1, 0, 4)
    assert [(number, field) for number, _outcome, field, _message in told(acme, done)] == [
        (3, "email"), (4, "name"), (5, "email"), (6, "phone"),
    ]  # fmt: skip


def test_the_first_of_several_rows_with_one_address_is_taken(acme: World) -> None:
    done = imported(acme, csv_file(("First", "x@example.com", ""), ("Second", "X@example.com", "")))
    assert counts(done) == (2, 1, 0, 1)
    assert told(acme, done) == [(3, "skipped", "email", "The same as row 2, which was taken.")]
    assert customer_with(acme, "x@example.com").contact.name == "First"


def test_a_person_of_a_listing_is_promoted(acme: World) -> None:
    an_entry(acme, email="ann@example.com", first_name="Ann", last_name="Known")
    done = imported(acme, csv_file(("Ann Imported", "ann@example.com", "")))
    assert counts(done) == (1, 1, 0, 0)
    with acme.scope():
        assert Contact.objects.filter(email_key="ann@example.com").count() == 1
    assert customer_with(acme, "ann@example.com").contact.name == "Ann Imported"


def test_blank_fields_alone_are_filled(acme: World) -> None:
    known = a_customer(acme, name="Ann", email="ann@example.com", notes="mine")
    file = csv_file(("Other", "ann@example.com", "theirs", "Acme"), header=("name", "email", "notes", "company"))
    staged = ready(acme, file, on_match=OnMatch.UPDATE_BLANK)
    with acme.scope():
        run_import(import_id=staged.id)
    customer = stored(acme, known)
    assert (customer.contact.name, customer.notes, customer.contact.company_name) == ("Ann", "mine", "Acme")


def test_trying_out_counts_and_writes_nothing(acme: World) -> None:
    a_customer(acme, email="person1@example.com")
    staged = ready(acme, csv_file(*people(3), ("Bad", "bad", ""), ("Again", "person2@example.com", "")))
    with acme.scope():
        before = Contact.objects.count()
        checked = check_import(import_id=staged.id)
        assert Contact.objects.count() == before
    assert checked.state == State.CHECKED
    assert counts(checked) == (5, 2, 1, 2)
    assert [row[0] for row in told(acme, checked)] == [5, 6]
    with acme.scope():
        done = run_import(import_id=staged.id)
    assert (counts(done), done.state) == ((5, 2, 1, 2), State.FINISHED)

"""Questions are compiled once, for nobody, and asked of whoever's scope is open."""

from uuid import UUID, uuid4

import pytest

from crm.campaigns.models import Listing
from crm.campaigns.services import open_listing
from crm.contacts.models import Contact, Customer
from crm.contacts.selectors import customer_by_id, customers
from crm.contacts.services import create_customer
from crm.kernel.clock import now
from crm.kernel.tenancy import NoScope, Question, ScopedQuerySet, answers_to
from crm.kernel.tenancy.query import ScopedQuery
from crm.kernel.tenancy.statements import NotTheTenants, ValuesNotAsked
from tests.cast import World

NAMES = ("contact__name", "credit_limit", "created_at")
LATEST = Question(customers, order=("-created_at", "-contact_id"), stop=20)
pytestmark = pytest.mark.django_db


def everybody() -> ScopedQuerySet[Customer]:
    return ScopedQuerySet(Customer, query=ScopedQuery(Customer))


def made_before_now() -> ScopedQuerySet[Contact]:
    return Contact.objects.filter(created_at__lt=now().replace(year=2000))


def test_the_same_question_asked_in_three_places_gives_each_its_own_rows(
    acme: World, rival: World, rehearsal: World
) -> None:
    for world, name in ((acme, "Ann Acme"), (rival, "Ron Rival"), (rehearsal, "Rea Hearsal")):
        with world.scope():
            create_customer(name=name, email="same@example.com")
    for world, name in ((acme, "Ann Acme"), (rival, "Ron Rival"), (rehearsal, "Rea Hearsal"), (acme, "Ann Acme")):
        with world.scope():
            assert [row[0] for row in answers_to(LATEST, NAMES)] == [name]


def test_an_answer_is_what_the_queryset_gives_converters_and_order_included(acme: World) -> None:
    with acme.scope():
        for number in range(3):
            create_customer(name=f"Person {number}", email=f"p{number}@example.com", credit_limit=number)
        queryset = customers().order_by("-contact__name")[1:3].values_list(*NAMES)
        assert list(answers_to(Question(customers, order=("-contact__name",), start=1, stop=3), NAMES)) == list(
            queryset
        )


def test_an_id_is_put_in_at_every_run_and_finds_nobody_elsewhere(acme: World, rival: World) -> None:
    with acme.scope():
        ann, ben = (create_customer(name=name, email=f"{name}@example.com") for name in ("Ann", "Ben"))
        for one in (ann, ben):
            assert [row[0] for row in answers_to(Question(customer_by_id, (one.pk,)), NAMES)] == [one.contact.name]
    with rival.scope():
        assert list(answers_to(Question(customer_by_id, (ann.pk,)), NAMES)) == []


def any_of(*ids: UUID) -> ScopedQuerySet[Customer]:
    return customers().filter(pk__in=ids)


def nobody_of(*_ids: UUID) -> ScopedQuerySet[Customer]:
    return customers()


@pytest.mark.parametrize("number", [1, 2, 5])
def test_any_number_of_ids_is_put_in_at_every_run(acme: World, number: int) -> None:
    with acme.scope():
        made = [create_customer(name=f"P {n}", email=f"p{n}@example.com").pk for n in range(2 * number)]
        for some in (made[:number], made[number:]):
            assert {row[0] for row in answers_to(Question(any_of, tuple(some)), ("pk",))} == set(some)


def listing_called(number: int, name: str) -> ScopedQuerySet[Listing]:
    return Listing.objects.filter(pk=number, name=name)


def test_texts_and_numbers_are_put_in_at_every_run(acme: World) -> None:
    with acme.scope():
        spring, autumn = open_listing(name="Spring"), open_listing(name="Autumn")
        for number, name, found in ((spring.pk, "Spring", 1), (autumn.pk, "Autumn", 1), (spring.pk, "Autumn", 0)):
            assert len(list(answers_to(Question(listing_called, (number, name)), ("pk",)))) == found


def test_a_question_that_forgets_its_ids_is_refused(acme: World) -> None:
    """Its statement would be the same whoever is asked about."""
    with acme.scope(), pytest.raises(ValuesNotAsked):
        answers_to(Question(nobody_of, (uuid4(),)), ("pk",))


def test_a_question_that_names_no_tenant_is_refused(acme: World) -> None:
    with acme.scope(), pytest.raises(NotTheTenants):
        answers_to(Question(everybody), ("pk",))


def test_a_question_that_depends_on_the_time_cannot_be_compiled(acme: World) -> None:
    with acme.scope(), pytest.raises(AttributeError):
        answers_to(Question(made_before_now), ("pk",))


def test_nobody_is_answered_outside_a_scope(acme: World) -> None:
    with acme.scope():
        list(answers_to(LATEST, NAMES))
    with pytest.raises(NoScope):
        list(answers_to(LATEST, NAMES))

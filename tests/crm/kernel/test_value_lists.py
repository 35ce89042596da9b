"""`…__in` finds what it always found, with one parameter however many values there are."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db.models import Value

from crm.contacts.models import Contact, Customer
from tests.builders import a_customer
from tests.cast import World


@pytest.fixture
def three(acme: World) -> list[UUID]:
    return sorted(a_customer(acme, name=name) for name in ("Ann Lee", "Bob Ray", "Cy Oh"))


def found(world: World, rows: Any) -> list[UUID]:
    with world.scope():
        return sorted(rows().values_list("pk", flat=True))


@pytest.mark.parametrize("column", ["pk__in", "contact__in", "contact_id__in", "contact__pk__in"])
def test_rows_are_found_by_their_keys(acme: World, three: list[UUID], column: str) -> None:
    for wanted in ([], three[:1], three[:2], [*three, *three], [*three[1:], uuid4(), None]):
        expected = [id_ for id_ in three if id_ in wanted]
        assert found(acme, lambda: Customer.objects.filter(**{column: wanted})) == expected  # noqa: B023
        others = [id_ for id_ in three if id_ not in wanted]
        assert found(acme, lambda: Customer.objects.exclude(**{column: wanted})) == others  # noqa: B023


def test_rows_are_found_by_their_texts_odd_ones_too(acme: World, three: list[UUID]) -> None:
    odd = a_customer(acme, name='O\'Neil, "x" {y} \\ %s')
    names = ["Ann Lee", 'O\'Neil, "x" {y} \\ %s', "nobody"]
    assert found(acme, lambda: Contact.objects.filter(name__in=names)) == sorted([three[0], odd])


def test_rows_and_querysets_may_stand_for_their_keys(acme: World, three: list[UUID]) -> None:
    with acme.scope():
        rows = list(Contact.objects.filter(pk__in=three[:2]))
        assert Customer.objects.filter(contact__in=rows).count() == 2
        assert Customer.objects.filter(contact__in=Contact.objects.filter(pk__in=three[1:])).count() == 2


def test_what_is_no_plain_value_is_left_to_django(acme: World, three: list[UUID]) -> None:
    with acme.scope():
        assert Contact.objects.filter(name__in=[Value("Ann Lee"), "Bob Ray"]).count() == 2


def test_a_thousand_ids_are_one_parameter(acme: World, three: list[UUID]) -> None:
    with acme.scope():
        for path in ("pk__in", "customer__in"):
            few = Contact.objects.filter(**{path: three}).query.sql_with_params()
            many = Contact.objects.filter(**{path: [uuid4() for _ in range(1000)]}).query.sql_with_params()
            assert few[0] == many[0]
            assert len(few[1]) == len(many[1])

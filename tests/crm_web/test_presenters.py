"""Presenters: output serializers compiled into functions over rows."""

from typing import Any

import pytest
from rest_framework import serializers

from crm.contacts.selectors import customers
from crm.kernel.errors import NotFound
from crm.web.dialects import V1, Listings, SelfService
from crm.web.presenters import Presenter, presenter_for
from crm.web.serializers import Constant, Mapped, Moment, OutputSerializer, PrefixedId, TextOrNull
from loyalty.tiers.selectors import tiers
from tests.builders import a_customer
from tests.cast import World


class TierOut(OutputSerializer):
    id = PrefixedId("tier_")
    name = serializers.CharField(source="slug")
    level = serializers.IntegerField()


class Standing(OutputSerializer):
    origin = serializers.CharField()
    tier = TierOut()


class PersonOut(OutputSerializer):
    id = PrefixedId("cus_", source="contact_id")
    name = serializers.CharField(source="contact.name")
    gender = TextOrNull(source="contact.gender")
    status = Mapped({"active": "open", "inactive": "shut", "blocked": "shut"})
    standing = Standing(source="contact.member.standing")
    since = Moment(source="created_at")
    left_at = Moment(source="contact.member.left_at")
    born = serializers.DateField(source="contact.date_of_birth")
    points = Constant(0)
    none = Constant(None)

    optional = {
        "status": Constant("replaced"),
        "tier": TierOut(source="contact.member.standing.tier"),
        "rewards": Constant([]),
        "counted": type("Counted", (OutputSerializer,), {"balance": Constant(7), "status": serializers.CharField()})(
            source="*"
        ),
    }


def _one(world: World, include: frozenset[str] = frozenset(), **values: Any) -> dict[str, Any]:
    contact_id = a_customer(world, **values)
    with world.scope():
        return Presenter(PersonOut(), V1(), include).one(customers().filter(pk=contact_id))


def test_fields_stand_in_the_order_of_their_declaration(acme: World) -> None:
    assert list(_one(acme)) == list(PersonOut().fields)


def test_sources_are_followed_through_relations(acme: World) -> None:
    person = _one(acme, name="Ann Lee", gender="female")
    assert (person["name"], person["gender"]) == ("Ann Lee", "female")
    assert person["standing"]["origin"] == "auto"
    assert (person["standing"]["tier"]["name"], person["standing"]["tier"]["level"]) == ("bronze", 1)
    assert person["standing"]["tier"]["id"].startswith("tier_")


def test_constants_words_and_empty_texts_are_presented(acme: World) -> None:
    person = _one(acme, status="blocked")
    assert (person["points"], person["none"], person["status"], person["gender"]) == (0, None, "shut", None)


def test_what_is_null_is_told_as_null_and_not_converted(acme: World) -> None:
    person = _one(acme)
    assert (person["left_at"], person["born"]) == (None, None)


@pytest.mark.parametrize(
    ("include", "added"),
    [((), set()), (("rewards",), {"rewards"}), (("tier", "rewards"), {"tier", "rewards"}), (("counted",), {"counted"})],
)
def test_optional_parts_are_there_when_they_are_asked_for(
    acme: World, include: tuple[str, ...], added: set[str]
) -> None:
    person = _one(acme, frozenset(include))
    assert set(person) == set(PersonOut().fields) | added


def test_an_optional_part_may_take_a_fields_place(acme: World) -> None:
    assert _one(acme, frozenset({"status"}))["status"] == "replaced"


def test_a_nested_part_may_read_the_row_itself(acme: World) -> None:
    assert _one(acme, frozenset({"counted"}), status="inactive")["counted"] == {"balance": 7, "status": "inactive"}


@pytest.mark.parametrize(
    ("dialect", "length"), [(V1(), len("2024-01-01T00:00:00.000Z")), (Listings(), len("2024-01-01 00:00:00"))]
)
def test_moments_are_written_by_the_dialect(acme: World, dialect: Any, length: int) -> None:
    a_customer(acme)
    with acme.scope():
        (person,) = Presenter(PersonOut(), dialect).rows(customers())
        assert len(person["since"]) == length
        assert type(Presenter(PersonOut(), SelfService()).rows(customers())[0]["since"]) is int


def test_a_column_is_read_once_however_often_it_is_shown() -> None:
    columns = Presenter(PersonOut(), V1(), frozenset({"tier", "counted"})).columns
    assert len(columns) == len(set(columns))
    assert "contact__member__standing__tier__slug" in columns
    assert "status" in columns
    assert not {"points", "none", "rewards"} & set(columns)


def test_any_number_of_rows_costs_one_query(acme: World, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        a_customer(acme)
    presenter = presenter_for(PersonOut, V1(), frozenset({"tier"}))
    with acme.scope(), django_assert_num_queries(1):
        assert len(presenter.rows(customers())) == 3


def test_one_raises_not_found_where_there_is_no_row(acme: World) -> None:
    presenter = presenter_for(TierOut, V1())
    with acme.scope(), pytest.raises(NotFound):
        presenter.one(tiers().filter(slug="none"))
    with acme.scope():
        assert presenter.one(tiers())["name"] == "bronze"


def test_a_presenter_is_compiled_once_for_each_dialect_and_choice() -> None:
    first = presenter_for(PersonOut, V1())
    assert presenter_for(PersonOut, V1()) is first
    assert presenter_for(PersonOut, Listings()) is not first
    assert presenter_for(PersonOut, V1(), frozenset({"tier"})) is not first


def test_a_name_is_no_code(acme: World) -> None:
    """Field names are quoted into the compiled expression, whatever they are."""
    fields = {'it\'s "here"\n': serializers.CharField(source="slug"), "level": serializers.IntegerField()}
    odd = type("Odd", (OutputSerializer,), {"get_fields": lambda _self: fields})
    with acme.scope():
        assert Presenter(odd(), V1()).rows(tiers()[:1]) == [{'it\'s "here"\n': "bronze", "level": 1}]

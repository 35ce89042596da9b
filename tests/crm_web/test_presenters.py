"""Presenters: output serializers compiled into functions over rows."""

from typing import Any

import pytest
from rest_framework import serializers

from crm.campaigns.selectors import campaigns
from crm.contacts.selectors import customers
from crm.kernel.errors import NotFound
from crm.leads.models import LeadInteraction
from crm.leads.selectors import leads
from crm.web.dialects import V1, Listings, SelfService
from crm.web.presenters import Presenter, presenter_for
from crm.web.serializers import Constant, Mapped, Moment, OutputSerializer, PrefixedId, RowsOf, TextOrNull
from loyalty.tiers.selectors import tiers
from tests.builders import a_campaign, a_customer, a_lead, an_interaction
from tests.cast import World


def leads_of(*campaign_ids: Any) -> Any:
    return leads().filter(campaign_id__in=campaign_ids).order_by("name")


def said_with(*lead_ids: Any) -> Any:
    return LeadInteraction.objects.filter(lead_id__in=lead_ids).order_by("notes")


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


class SaidOut(OutputSerializer):
    notes = serializers.CharField()


class CampaignLeadOut(OutputSerializer):
    name = serializers.CharField()
    said = RowsOf(SaidOut(), rows=said_with, of="lead_id")


class CampaignOut(OutputSerializer):
    """A campaign with its leads, and each of them with what was said."""

    name = serializers.CharField()
    leads = RowsOf(CampaignLeadOut(), rows=leads_of, of="campaign_id")


def test_rows_that_belong_to_a_row_are_shown_inside_it(acme: World) -> None:
    spring, _idle = a_campaign(acme), a_campaign(acme, name="Idle")
    ann, _ben = a_lead(acme, name="Ann", campaign_id=spring), a_lead(acme, name="Ben", campaign_id=spring)
    for notes in ("first", "second"):
        an_interaction(acme, ann, notes=notes)
    with acme.scope():
        shown = Presenter(CampaignOut(), V1()).rows(campaigns().order_by("name"))
    assert shown == [
        {"name": "Idle", "leads": []},
        {"name": "Spring", "leads": [
            {"name": "Ann", "said": [{"notes": "first"}, {"notes": "second"}]}, {"name": "Ben", "said": []},
        ]},
    ]  # fmt: skip


def test_each_kind_of_inner_rows_costs_one_query_however_many(acme: World, django_assert_num_queries: Any) -> None:
    presenter = Presenter(CampaignOut(), V1())
    for number in (1, 3):
        for _ in range(number):
            campaign = a_campaign(acme)
            an_interaction(acme, a_lead(acme, campaign_id=campaign))
            an_interaction(acme, a_lead(acme, campaign_id=campaign))
        with acme.scope(), django_assert_num_queries(3):
            presenter.rows(campaigns())


def test_without_rows_nothing_inside_them_is_asked_for(acme: World, django_assert_num_queries: Any) -> None:
    presenter = Presenter(CampaignOut(), V1())
    with acme.scope(), django_assert_num_queries(1):
        assert presenter.rows(campaigns()) == []
    a_campaign(acme)
    with acme.scope(), django_assert_num_queries(2):
        assert presenter.rows(campaigns()) == [{"name": "Spring", "leads": []}]


def test_inner_rows_are_those_of_the_open_place(acme: World, rival: World) -> None:
    """Their statement is compiled once for all places, and asked anew in each."""
    for world in (acme, rival):
        a_lead(world, name=world.organisation.name, campaign_id=a_campaign(world))
    presenter = presenter_for(CampaignOut, V1())
    for world in (acme, rival, acme):
        with world.scope():
            (campaign,) = presenter.rows(campaigns())
        assert [lead["name"] for lead in campaign["leads"]] == [world.organisation.name]


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

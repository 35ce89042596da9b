"""Campaigns: created, changed, deleted; the shapes of their plan (s4 §4)."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from crm.campaigns.errors import CampaignNotFound, EndsBeforeStart
from crm.campaigns.models import Campaign
from crm.campaigns.selectors import campaign_by_id, campaigns
from crm.campaigns.services import change_campaign, create_campaign, delete_campaign
from crm.kernel.audit import events_about
from crm.kernel.errors import Invalid
from crm.kernel.ids import new_id
from crm.kernel.lookups import found_by
from tests.builders import a_campaign
from tests.cast import World

START = datetime(2026, 6, 1, tzinfo=UTC)


def told(problem: Invalid) -> dict[str, str]:
    return {complaint.field: str(complaint.message) for complaint in problem.complaints}


def test_a_campaign_begins_as_a_draft_and_that_is_recorded(acme: World) -> None:
    with acme.scope() as scope:
        campaign = create_campaign(name="Spring")
        (event,) = events_about("campaign", campaign.id)
        assert list(campaigns()) == list(campaign_by_id(campaign.id)) == [campaign]
    assert (campaign.status, campaign.type, campaign.created_at) == ("draft", "other", scope.now)
    assert (campaign.target_audience, campaign.goals, campaign.channels, campaign.kpis) == ({}, {}, [], [])
    assert (event.name, event.payload) == ("campaign.created", {"campaign_id": str(campaign.id)})


def test_a_plan_is_kept_with_texts_for_amounts_and_moments_in_utc(acme: World) -> None:
    nicosia = timezone(timedelta(hours=3))
    channel: dict[str, Any] = {
        "name": "Mail", "type": "", "platform": None, "budget_allocation": Decimal("1E+3"),
        "start_date": datetime(2026, 6, 1, 2, tzinfo=nicosia),
    }  # fmt: skip
    with acme.scope():
        campaign_id = create_campaign(name="Spring", channels=[channel], goals={"secondary": [], "primary": "x"}).id
        campaign = campaign_by_id(campaign_id).get()
    assert campaign.goals == {"primary": "x"}
    assert campaign.channels == [
        {"name": "Mail", "budget_allocation": "1000", "start_date": "2026-05-31T23:00:00+00:00"}
    ]


def test_a_change_is_recorded_with_before_and_after(acme: World) -> None:
    campaign_id = a_campaign(acme, kpis=[{"name": "Orders", "target": Decimal(10)}])
    with acme.scope():
        change_campaign(campaign_id=campaign_id, status="active", kpis=[{"name": "Orders", "target": Decimal(20)}])
        event = events_about("campaign", campaign_id).order_by("id").last()
    assert event is not None
    assert (event.name, event.changes) == ("campaign.updated", {
        "status": ["draft", "active"],
        "kpis": [[{"name": "Orders", "target": "10"}], [{"name": "Orders", "target": "20"}]],
    })  # fmt: skip


def test_what_changes_nothing_is_not_recorded(acme: World) -> None:
    campaign_id = a_campaign(acme, goals={"primary": "x"})
    with acme.scope():
        change_campaign(campaign_id=campaign_id, name="Spring", goals={"primary": "x", "secondary": []})
        assert [event.name for event in events_about("campaign", campaign_id)] == ["campaign.created"]


def test_a_deleted_campaign_is_in_no_list_and_cannot_be_written(acme: World) -> None:
    campaign_id = a_campaign(acme)
    with acme.scope() as scope:
        delete_campaign(campaign_id=campaign_id)
        assert not campaigns().exists()
        assert not campaign_by_id(campaign_id).exists()
        assert Campaign.objects.get().deleted_at == scope.now
        for refused in (
            lambda: delete_campaign(campaign_id=campaign_id),
            lambda: change_campaign(campaign_id=campaign_id, name="Again"),
        ):
            with pytest.raises(CampaignNotFound):
                refused()
        assert events_about("campaign", campaign_id).count() == 2


def test_campaigns_of_others_are_not_there(acme: World, rival: World, rehearsal: World) -> None:
    foreign = [a_campaign(rival), a_campaign(rehearsal), new_id()]
    with acme.scope():
        for campaign_id in foreign:
            with pytest.raises(CampaignNotFound):
                change_campaign(campaign_id=campaign_id, name="Mine")
            with pytest.raises(CampaignNotFound):
                delete_campaign(campaign_id=campaign_id)
            assert not campaign_by_id(campaign_id).exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": ""}, "name"), ({"name": "x" * 201}, "name"), ({"name": "a\nb"}, "name"), ({"type": "party"}, "type"),
     ({"status": "running"}, "status"), ({"total_budget": Decimal("-0.01")}, "total_budget"),
     ({"description": "x" * 10_001}, "description"), ({"target_audience": {"shoe": 44}}, "target_audience"),
     ({"target_audience": {"interests": ["x" * 101]}}, "target_audience.interests.0"),
     ({"target_audience": {"age_range": {"min": 30, "max": 20}}}, "target_audience.age_range"),
     ({"target_audience": {"age_range": {"min": True}}}, "target_audience.age_range"),
     ({"target_audience": {"gender": "\ud800"}}, "target_audience.gender"),
     ({"goals": {"primary": ["x"]}}, "goals.primary"), ({"goals": {"kpis": ["x"] * 51}}, "goals.kpis"),
     ({"channels": [{"type": "mail"}]}, "channels.0.name"), ({"channels": ["mail"]}, "channels.0"),
     ({"channels": [{"name": "A", "budget_allocation": Decimal(-1)}]}, "channels.0.budget_allocation"),
     ({"channels": [{"name": "A", "budget_allocation": 10.5}]}, "channels.0.budget_allocation"),
     ({"channels": [{"name": "A", "start_date": "soon"}]}, "channels.0.start_date"),
     ({"channels": [{"name": "A"}, {"name": "B", "start_date": START, "end_date": START - timedelta(seconds=1)}]},
      "channels.1.end_date"),
     ({"kpis": [{"name": "A", "target": Decimal("0.00001")}]}, "kpis.0.target")],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_leaves_nothing(acme: World, values: Any, field: str) -> None:
    with acme.scope():
        with pytest.raises(Invalid) as refused:
            create_campaign(**{"name": "Spring", **values})
        assert set(told(refused.value)) == {field}
        assert not Campaign.objects.exists()


def test_every_complaint_about_a_plan_is_told_at_once(acme: World) -> None:
    with acme.scope(), pytest.raises(Invalid) as refused:
        create_campaign(name="Spring", goals={"primary": "x" * 501}, kpis=[{"unit": "cups"}])
    assert told(refused.value) == {
        "goals.primary": "Use a text of at most 500 characters, on one line.", "kpis.0.name": "This field is required.",
    }  # fmt: skip


def test_a_campaign_may_last_a_moment_but_not_end_before_it_starts(acme: World) -> None:
    with acme.scope():
        campaign_id = create_campaign(name="Spring", starts_at=START, ends_at=START).id
        with pytest.raises(EndsBeforeStart):
            change_campaign(campaign_id=campaign_id, starts_at=START + timedelta(seconds=1))
        assert change_campaign(campaign_id=campaign_id, ends_at=None, starts_at=START).ends_at is None


@pytest.mark.parametrize("wrong", [{"ends_at": START - timedelta(days=1)}, {"total_budget": Decimal(-1)}])
def test_the_database_itself_refuses_what_no_service_would_write(acme: World, wrong: dict[str, Any]) -> None:
    campaign_id = a_campaign(acme, starts_at=START)
    with acme.scope(), pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=campaign_id).update(**wrong)


def test_campaigns_are_found_by_name_and_description_of_their_own_place(acme: World, rival: World) -> None:
    ours = a_campaign(acme, description="Für alle")
    a_campaign(rival)
    with acme.scope():
        for search, found in (("spr", [ours]), ("fur", [ours]), ("pring", []), ("", [ours]), ("!", [])):
            assert list(found_by(campaigns(), search).values_list("pk", flat=True)) == found, search

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack
from uuid import UUID

from crm.campaigns.errors import CampaignNotFound, EndsBeforeStart
from crm.campaigns.events import CampaignCreated, CampaignDeleted, CampaignUpdated
from crm.campaigns.models import Campaign
from crm.campaigns.services.plan import PARTS, kept_plan
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic

_OWN_RULES = ("words", "search", "created_at", "updated_at", *PARTS)


class CampaignValues(TypedDict, total=False):
    """What may be written of a campaign; a key that is absent leaves its field alone.

    `total_budget` is in the organisation's currency. A part of the plan that is given takes the place of the former one
    as a whole; services/plan.py says what may stand in it.
    """

    name: str
    description: str
    type: str
    status: str
    starts_at: datetime | None
    ends_at: datetime | None
    total_budget: Decimal | None
    target_audience: Mapping[str, Any]
    goals: Mapping[str, Any]
    channels: Sequence[Mapping[str, Any]]
    kpis: Sequence[Mapping[str, Any]]


@atomic
def create_campaign(**values: Unpack[CampaignValues]) -> Campaign:
    """A new campaign. Raises EndsBeforeStart, Invalid."""
    campaign = Campaign(created_at=now(), updated_at=now())
    _write(campaign, values)
    campaign.save(force_insert=True)
    record(CampaignCreated(campaign_id=campaign.id))
    return campaign


@atomic
def change_campaign(*, campaign_id: UUID, **values: Unpack[CampaignValues]) -> Campaign:
    """Write a campaign; what is not given stays. Raises CampaignNotFound, EndsBeforeStart, Invalid."""
    campaign = _locked(campaign_id)
    changes = _write(campaign, values)
    if changes:
        campaign.updated_at = now()
        campaign.save()
        record(CampaignUpdated(campaign_id=campaign.id), changes=changes)
    return campaign


@atomic
def delete_campaign(*, campaign_id: UUID) -> None:
    """The campaign disappears from every list; what points at it, such as a lead, goes on doing so.

    Raises CampaignNotFound.
    """
    campaign = _locked(campaign_id)
    campaign.deleted_at = now()
    campaign.save(update_fields=["deleted_at"])
    record(CampaignDeleted(campaign_id=campaign.id))


def _locked(campaign_id: UUID) -> Campaign:
    campaign = Campaign.objects.for_update().filter(pk=campaign_id, deleted_at=None).first()
    if campaign is None:
        raise CampaignNotFound
    return campaign


def _write(campaign: Campaign, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    changes = apply_changes(campaign, {**values, **kept_plan(values)})
    check_row(campaign, exclude=_OWN_RULES)
    if campaign.starts_at and campaign.ends_at and campaign.ends_at < campaign.starts_at:
        raise EndsBeforeStart
    return changes

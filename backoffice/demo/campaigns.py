"""The campaigns of each mode: one that scripts may name, and in kaffa's live mode some more, past and planned."""

from datetime import datetime, timedelta
from decimal import Decimal

from backoffice.demo.cast import DemoOrganisation
from crm.campaigns.models import Campaign
from crm.campaigns.selectors import campaigns
from crm.campaigns.services import CampaignValues, create_campaign
from crm.kernel.clock import now
from crm.kernel.tenancy import Mode


def demo_campaign() -> Campaign | None:
    """The one whose id the demo tells: the first that was ever made in the open scope and is still there."""
    return campaigns().order_by("created_at", "pk").first()


def ensure_campaigns(cast: DemoOrganisation, mode: str) -> None:
    if demo_campaign() is not None:
        return
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    create_campaign(**_welcome(today))
    if cast.slug == "kaffa" and mode == Mode.LIVE:
        for values in _of_a_coffee_shop(today):
            create_campaign(**values)


def _welcome(today: datetime) -> CampaignValues:
    return {
        "name": "Welcome back", "description": "Ten per cent off for customers who have not been here for a while.",
        "type": "sales", "status": "active", "starts_at": today - timedelta(days=14),
        "ends_at": today + timedelta(days=46), "total_budget": Decimal(5000),
        "target_audience": {
            "age_range": "25-45", "gender": "all", "locations": ["Limassol", "Nicosia"], "interests": ["offers"],
        },
        "goals": {"primary": "Win back customers", "secondary": ["More visits"], "kpis": ["Orders", "Answers"]},
        "channels": [
            {"name": "Newsletter", "type": "email", "platform": "own list", "budget_allocation": Decimal(500)},
            {"name": "Search ads", "type": "paid", "platform": "Google", "budget_allocation": Decimal(3000),
             "start_date": today - timedelta(days=7), "end_date": today + timedelta(days=23)},
        ],
        "kpis": [{"name": "Orders", "target": Decimal(1000), "current": Decimal(312), "unit": "orders"}],
    }  # fmt: skip


def _of_a_coffee_shop(today: datetime) -> list[CampaignValues]:
    def days(number: int) -> datetime:
        return today + timedelta(days=number)

    return [
        {"name": "Iced coffee summer", "description": "A second iced coffee at half the price.", "type": "promotion",
         "status": "completed", "starts_at": days(-120), "ends_at": days(-60), "total_budget": Decimal(8000),
         "kpis": [{"name": "Cups", "target": Decimal(4000), "current": Decimal(4310), "unit": "cups"}]},
        {"name": "Thirty cups challenge", "description": "Thirty cups in thirty days.", "type": "challenge",
         "status": "paused", "starts_at": days(-30), "ends_at": days(30), "total_budget": Decimal("1250.50")},
        {"name": "Cupping evening", "description": "Five coffees, one roaster, twelve seats.", "type": "event",
         "status": "scheduled", "starts_at": days(21), "ends_at": days(22), "total_budget": Decimal(600)},
        {"name": "Office coffee", "description": "Beans by subscription for companies nearby.",
         "type": "lead_generation", "status": "draft",
         "goals": {"primary": "Forty companies that ask for an offer"}},
        {"name": "Airport kiosk", "description": "Given up: the kiosk was not let to us.", "type": "awareness",
         "status": "cancelled", "starts_at": days(-200), "ends_at": days(-170), "total_budget": Decimal(3000)},
    ]  # fmt: skip

from crm.campaigns.services.campaigns import CampaignValues, change_campaign, create_campaign, delete_campaign
from crm.campaigns.services.listings import (
    EntryValues,
    PutOutcome,
    add_to_listing,
    end_entries_of,
    end_entry,
    open_listing,
    put_into_listing,
)

__all__ = [
    "CampaignValues", "EntryValues", "PutOutcome", "add_to_listing", "change_campaign", "create_campaign",
    "delete_campaign", "end_entries_of", "end_entry", "open_listing", "put_into_listing",
]  # fmt: skip

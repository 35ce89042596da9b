from crm.campaigns.models.campaign import Campaign, CampaignStatus, CampaignType
from crm.campaigns.models.listing import Listing, ListingEntry

__all__ = ["Campaign", "CampaignStatus", "CampaignType", "Listing", "ListingEntry"]

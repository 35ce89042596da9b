"""Campaigns; listings, and the contacts in them. A listing may exist before its campaign.

Nouns: Campaign (what is offered, to whom, when, for how much), Listing, ListingEntry (a contact's place in a listing,
with a number of its own).
Verbs: create_campaign, change_campaign, delete_campaign; open_listing, add_to_listing, put_into_listing, end_entry.
Errors: CampaignNotFound, EndsBeforeStart; ListingClosed, EntryNotFound, AlreadyListed, TwoContacts, Ambiguous,
AddressOfAnother.
Events: campaign.created, campaign.updated, campaign.deleted; listing.opened, listing_entry.added, listing_entry.ended.
"""

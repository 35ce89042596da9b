"""Listings, and the contacts in them. Campaigns themselves join later: a listing may exist before its campaign.

Nouns: Listing, ListingEntry (a contact's place in a listing, with a number of its own).
Verbs: open_listing, add_to_listing, change_entry, put_into_listing, end_entry.
Errors: ListingNotFound, EntryNotFound, AlreadyListed, TwoContacts, Ambiguous, AddressOfAnother.
Events: listing.opened, listing_entry.added, listing_entry.ended.
"""

"""Tiers of the programme, and which one each member holds.

Nouns: Tier, MemberTier (a member's present tier, with who set it and why), TierChange (its history).
Verbs: set_up_tiers, place_in_base_tier, set_tier, place_by_spend, change_tier_definition, and with customers:
admit_customer, change_customer. Errors: UnknownTier, TierNotFound, TierSlugTaken.
Events: tier.defined, tier.changed.
"""

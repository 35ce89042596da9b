"""Read-only figures, from rollups that are provably equal to the rows they stand for.

Nouns: DailyTally (how many of a thing happened on a day). Verbs: add_to_tally, verify_tallies.
Jobs: verify_tallies, nightly.
"""

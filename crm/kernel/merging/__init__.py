"""Several records that are one: the parts that a merge is made of, whichever noun is merged.

`records` are the tables that each noun has of its own, `rules` say what becomes of the rows that point at it, `fields`
whose value a field gets, `steps` carry a merge out, `snapshots` keep rows as they were, `undoing` takes a merge apart,
`finding` looks for duplicates, `nightly` goes through all places. crm/contacts/merging.py and crm/leads/merging.py
are the nouns.
"""

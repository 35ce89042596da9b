"""States of the database that businesses may still be in, by what had just been built: the last migration of each app.

A migration that was released never changes, so a state is the same database for ever. With each stands a file of rows
that the product of that time wrote: `<state>.sql`.
"""

LEADS_ARE_WORKED = {
    "campaigns": "0002_campaign",
    "contacts": "0004_merges",
    "imports": "0001_initial",
    "kernel": "0002_counter",
    "leads": "0001_initial",
    "members": "0001_initial",
    "messaging": "0002_messages",
    "organisations": "0003_merchant",
    "reports": "0001_initial",
    "tiers": "0001_initial",
    "web": "0001_initial",
}
STATES = {"leads_are_worked": LEADS_ARE_WORKED}

"""What every table holds about people: what they are given when they ask for their data, and what becomes of it when
they ask to be forgotten (semantics §3.18). docs/privacy.md tells it to people.

`person` is who is meant, `holdings` how an app says what one of its tables holds, `fields` what becomes of a column,
`registry` collects that and finds what nobody has spoken for, `steps` carry it out, `traces` is about events,
`own_tables` the kernel's and other people's tables.

An app speaks for its tables in a module of its own called `privacy.py`, found at start as `subscribers.py` is:

    from crm.kernel.privacy.fields import clear, keep
    from crm.kernel.privacy.holdings import by, leaves, nobodys, stays

    stays("leads.Lead", by(lead="pk"), exported=[clear("notes"), keep("a figure", "score")], withheld=[clear("words")])
    leaves("leads.LeadInteraction", by(lead="lead_id"), exported="type notes", withheld="id")
    nobodys("leads.WebForm", "what staff ask on web pages", "name thanks")

- `stays`: rows remain, under a pseudonym; each column says what becomes of it.
- `leaves`: rows are deleted.
- `nobodys`: no row is about anybody. Columns that hold text are named all the same, so that a new one is thought about.

tests/architecture/test_privacy.py walks all tables and fails for a column that nobody has spoken for. Steps are taken
in the order in which they were registered: what is found through another table stands before it.
"""

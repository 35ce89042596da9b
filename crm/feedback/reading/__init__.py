"""How a comment is read: cut into sentences, words brought to their stems, themes told by keywords, and how it feels.

No database, no scope; what is slow to load is loaded with the first comment (semantics §3.11).
"""

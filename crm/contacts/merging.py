"""When people are merged: what becomes of the rows that point at them, as each app's `merging.py` says.

How, and the rules to choose from: crm/kernel/merging/rules.py.
"""

from crm.contacts.models import Contact
from crm.kernel.merging.carry import (
    Carry,
    Rule,
    copied,
    drop,
    fill_blanks,
    fold,
    is_blank,
    move,
    move_once,
    settle_pairs,
    stay,
)
from crm.kernel.merging.rules import Rules

PEOPLE = Rules(Contact, plain=r"(?:\w+_)?(?:contact|customer|member|person|recipient|subject)_id")
on_merge = PEOPLE.on_merge

__all__ = [
    "PEOPLE",
    "Carry",
    "Rule",
    "copied",
    "drop",
    "fill_blanks",
    "fold",
    "is_blank",
    "move",
    "move_once",
    "on_merge",
    "settle_pairs",
    "stay",
]

from crm.insights.rules.compiling import asked_of
from crm.insights.rules.conditions import everybody
from crm.insights.rules.known import Known
from crm.insights.rules.reading import read_rule, storable
from crm.insights.rules.tree import Bucket, Did, Group, Join, Node, Test, Within, slugs_named

__all__ = [
    "Bucket",
    "Did",
    "Group",
    "Join",
    "Known",
    "Node",
    "Test",
    "Within",
    "asked_of",
    "everybody",
    "read_rule",
    "slugs_named",
    "storable",
]

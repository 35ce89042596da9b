"""A rule as one question to PostgreSQL. "Not" is carried down to the leaves, where the complement of each is known; an
EXISTS stays one, which PostgreSQL joins rather than asks for row by row.
"""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from crm.contacts.models import Contact
from crm.insights.models import SegmentMember
from crm.insights.rules.conditions import Condition, condition_of, in_bucket, not_true
from crm.insights.rules.known import Known
from crm.insights.rules.tree import Bucket, Did, Group, Join, Leaf, Node, Test
from crm.kernel.clock import now
from crm.kernel.tenancy import ScopedQuerySet


def asked_of(people: ScopedQuerySet[Contact], rule: Node, known: Known) -> ScopedQuerySet[Contact]:
    """Those of `people`, some of `everybody()`, of whom the rule is true; one statement, whatever it asks."""
    return people.filter(_compiled(rule, known, False))


def _compiled(node: Node, known: Known, complement: bool) -> Q:
    if not isinstance(node, Group):
        return Q(_leaf(node, known, complement))
    if not node.parts:
        # Everybody, or nobody. An empty Q would be left out of an "any", which it makes true.
        return Q(pk__in=[]) if complement else ~Q(pk__in=[])
    is_none_of = node.join is Join.NOT
    parts = [_compiled(part, known, complement != is_none_of) for part in node.parts]
    # Of all, of none, and of what is not any, each part must hold.
    return Q(*parts, _connector=Q.AND if (node.join is Join.ANY) == complement else Q.OR)


def _leaf(leaf: Leaf, known: Known, complement: bool) -> Condition:
    if isinstance(leaf, Bucket):
        return not_true(in_bucket(leaf)) if complement else in_bucket(leaf)
    if isinstance(leaf, Test):
        return _asked(leaf, known, complement)
    if isinstance(leaf, Did):
        return _happened(leaf, known, complement)
    if leaf.rule is not None:
        return _compiled(leaf.rule, known, complement != leaf.negated)
    inside = SegmentMember.objects.filter(segment=leaf.segment_id, left_at=None, contact=OuterRef("pk"))
    return _exists(inside, not_so=complement != leaf.negated)


def _asked(test: Test, known: Known, complement: bool) -> Condition:
    not_so = complement != test.negated
    if test.field.holders is not None and test.op in ("eq", "in"):
        return _exists(test.field.holders(test.values).filter(pk=OuterRef("pk")), not_so=not_so)
    condition = condition_of(test, known)
    return not_true(condition) if not_so else condition


def _happened(did: Did, known: Known, complement: bool) -> Condition:
    event, not_so = did.event, complement != did.negated
    rows = event.rows().filter(**{event.contact: OuterRef("pk"), f"{event.at}__lte": now()})
    if did.within is not None:
        rows = rows.filter(**{f"{event.at}__gte": now() - timedelta(days=did.within)})
    rows = rows.filter(*[Q(_asked(test, known, False)) for test in did.where])
    if did.times == 1:
        return _exists(rows, not_so=not_so)
    often = _exists(rows.order_by("pk")[did.times - 1 : did.times], not_so=not_so)
    # Who did it at all is found by a join; only whether often enough is asked of each of them.
    return often if not_so else Q(Exists(rows)) & Q(often)


def _exists(rows: ScopedQuerySet[Any], *, not_so: bool) -> Condition:
    return ~Exists(rows) if not_so else Exists(rows)

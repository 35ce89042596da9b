"""Which segments there are, and who is in them."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.validators import slug_re

from crm.contacts.models import Contact
from crm.contacts.selectors import contacts
from crm.insights.errors import PeopleNotYours, SegmentNotFound
from crm.insights.models import Segment, SegmentMember
from crm.insights.registry import built_ins
from crm.insights.rules import Known, asked_of, everybody, read_rule, storable
from crm.kernel.errors import Message
from crm.kernel.tenancy import ScopedQuerySet, current_scope
from crm.kernel.totals import EXACT_UP_TO, counted

SAMPLE = 20
READ_PEOPLE = "auth:members:read"


@dataclass(frozen=True)
class Preview:
    """How many match a rule, exactly up to 10,000 and above that at most half a minute old; and some of them, for who
    may read people.
    """

    total: int
    sample: list[Contact]


@dataclass(frozen=True)
class Called:
    """A segment by the name that others know it by; a built-in one has no id."""

    slug: str
    name: Message
    segment_id: UUID | None
    rule: Mapping[str, Any]


def segments() -> ScopedQuerySet[Segment]:
    """All that are not archived."""
    return Segment.objects.filter(archived_at=None)


def segment_by_id(segment_id: UUID) -> ScopedQuerySet[Segment]:
    """The one segment of that id, as a queryset to present; raises nothing when there is none."""
    return segments().filter(pk=segment_id)


def segment_called(name: str | UUID) -> Called:
    """The segment of that short name or id, a built-in one too (where-they-meet.md, "Programme defaults"). Raises
    SegmentNotFound.
    """
    built_in = built_ins().get(str(name))
    if built_in is not None:
        return Called(built_in.slug, built_in.name, None, built_in.rule)
    segment = _kept(str(name))
    if segment is None:
        raise SegmentNotFound
    return Called(segment.slug, segment.name, segment.pk, segment.rule)


def people_in(segment: Called) -> ScopedQuerySet[Contact]:
    """The customers in a segment: those of a built-in one are reckoned on the spot."""
    if segment.segment_id is not None:
        inside = SegmentMember.objects.filter(segment_id=segment.segment_id, left_at=None)
        return everybody().filter(pk__in=inside.values("contact"))
    known = Known()
    return asked_of(everybody(), read_rule(segment.rule, known), known)


def members_of(segment_id: UUID) -> ScopedQuerySet[SegmentMember]:
    """Who is in a segment, each with when they came in. Raises PeopleNotYours for who may not read people."""
    if not current_scope().actor.may(READ_PEOPLE):
        raise PeopleNotYours
    inside = SegmentMember.objects.filter(segment_id=segment_id, left_at=None)
    return inside.filter(contact__deleted_at=None, contact__customer__deleted_at=None)


def memberships_of(contact_id: UUID) -> ScopedQuerySet[SegmentMember]:
    """The segments that somebody is in, the latest first."""
    inside = SegmentMember.objects.filter(contact_id=contact_id, left_at=None, segment__archived_at=None)
    return inside.select_related("segment").order_by("-entered_at", "-pk")


def preview_of(rule: Any) -> Preview:
    """Who would be in a segment of this rule, as the actor of the open scope may ask it. Raises BadRule."""
    actor, known = current_scope().actor, Known()
    people = asked_of(everybody(), read_rule(rule, known, editor=actor), known)
    found = list(people.order_by().values_list("pk", flat=True)[: EXACT_UP_TO + 1])
    question = f"segment:{json.dumps(storable(rule), sort_keys=True)}"
    total = len(found) if len(found) <= EXACT_UP_TO else counted(people, question)
    sample = found[:SAMPLE] if actor.may(READ_PEOPLE) else []
    some = contacts().filter(pk__in=sample).select_related("customer").defer("words", "search").order_by("name", "pk")
    return Preview(total, list(some) if sample else [])


def _kept(name: str) -> Segment | None:
    with suppress(ValueError):
        return segment_by_id(UUID(name)).first()
    # What is no short name at all, such as a NUL, is nothing to ask the database for.
    return segments().filter(slug=name).first() if slug_re.fullmatch(name) else None

from collections.abc import Mapping
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from crm.insights.errors import CircularSegment, SegmentInUse, SegmentNotFound, SegmentTaken, StaysStatic
from crm.insights.events import SegmentArchived, SegmentDefined
from crm.insights.models import Segment, SegmentKind, SegmentState
from crm.insights.rules import Known, read_rule, slugs_named, storable
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.locks import hold_names
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic

# What the built-in segments of tiers are called, also of tiers to come.
OF_TIERS = "_members"
LONGEST_SLUG = 60


class SegmentValues(TypedDict, total=False):
    name: str
    description: str
    rule: Any


@atomic
def define_segment(*, slug: str = "", kind: str = SegmentKind.DYNAMIC, **values: Unpack[SegmentValues]) -> Segment:
    """A new segment, which a worker then fills: until it has, it is FILLING. Without a short name it gets one made of
    its name.

    Raises SegmentTaken, BadRule (also for what the actor may not read), Invalid.
    """
    _one_at_a_time()
    known = Known()
    segment = Segment(slug=slug or _slug_of(values.get("name", "")), kind=kind, created_at=now())
    # Before the rule is looked at: one that asks about its namesake would be told of a circle.
    if segment.slug in known.segments or segment.slug in known.built_ins or segment.slug.endswith(OF_TIERS):
        raise SegmentTaken
    changes = _written(segment, values, known)
    _save(segment)
    record(SegmentDefined(segment_id=segment.pk, revision=segment.revision), changes=changes)
    return segment


@atomic
def change_segment(*, segment_id: UUID, **values: Unpack[SegmentValues]) -> Segment:
    """Write a segment; what is not given stays. After a change of its conditions it is filled anew. Its short name
    stays what it is, because others go by it.

    Raises SegmentNotFound, StaysStatic, BadRule, CircularSegment, Invalid.
    """
    _one_at_a_time()
    segment = _locked(segment_id)
    changes = _written(segment, values, Known())
    if changes:
        _save(segment)
        filled_anew = segment.revision if "rule" in changes else None
        record(SegmentDefined(segment_id=segment.pk, revision=filled_anew), changes=changes)
    return segment


@atomic
def freeze_segment(*, segment_id: UUID, name: str, slug: str = "") -> Segment:
    """A snapshot of a segment as it is now: a segment of its own, whose people stay. Raises SegmentNotFound,
    SegmentTaken, Invalid.
    """
    _one_at_a_time()
    source = _locked(segment_id)
    return define_segment(
        name=name, slug=slug, kind=SegmentKind.STATIC, rule={"segment": source.slug, "op": "in"},
        description=source.description,
    )  # fmt: skip


@atomic
def archive_segment(*, segment_id: UUID) -> None:
    """The segment is gone, and its short name free; who was in it is kept. Raises SegmentNotFound, SegmentInUse."""
    _one_at_a_time()
    segment = _locked(segment_id)
    if any(segment.slug in named for named in _named_by_others(segment).values()):
        raise SegmentInUse
    segment.archived_at = segment.updated_at = now()
    segment.save(update_fields=["archived_at", "updated_at"])
    record(SegmentArchived(segment_id=segment.pk))


def _one_at_a_time() -> None:
    """Two who write at once could each name what the other writes, and neither would see it."""
    hold_names("segments")


def _locked(segment_id: UUID) -> Segment:
    segment = Segment.objects.for_update().filter(pk=segment_id, archived_at=None).first()
    if segment is None:
        raise SegmentNotFound
    return segment


def _written(segment: Segment, values: SegmentValues, known: Known) -> dict[str, tuple[Any, Any]]:
    """Set `values` on the segment, unsaved; what changed."""
    plain: Mapping[str, Any] = {**values, **({"rule": storable(values["rule"])} if "rule" in values else {})}
    is_new = segment.rule is None
    changes = apply_changes(segment, plain)
    if "rule" in changes or is_new:
        if not is_new and not segment.is_dynamic:
            raise StaysStatic
        read_rule(values.get("rule"), known, editor=current_scope().actor)
        _ensure_no_circle(segment)
        segment.state = SegmentState.FILLING
        segment.revision += 0 if is_new else 1
    segment.updated_at = now()
    check_row(segment, exclude=("rule",))
    return changes


def _ensure_no_circle(segment: Segment) -> None:
    named = _named_by_others(segment)
    reached, ahead = set[str](), slugs_named(segment.rule)
    while ahead:
        reached |= ahead
        ahead = {further for slug in ahead for further in named.get(slug, ())} - reached
    if segment.slug in reached:
        raise CircularSegment


def _named_by_others(segment: Segment) -> dict[str, set[str]]:
    """Which segments each other one asks about. Snapshots name one, but do not depend on it once they are taken."""
    others = Segment.objects.filter(archived_at=None, kind=SegmentKind.DYNAMIC).exclude(pk=segment.pk)
    return {slug: slugs_named(rule) for slug, rule in others.values_list("slug", "rule")}


def _save(segment: Segment) -> None:
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError as error:
        if "segment_slug_once" in str(error):
            raise SegmentTaken from None
        raise


def _slug_of(name: str) -> str:
    made = slugify(name).replace("-", "_")[:LONGEST_SLUG]
    return made or "segment"

"""S4 `/segments`, ours in addition: who belongs together by conditions (docs/insights.md)."""

from typing import Any
from uuid import UUID

from django_filters.filters import ChoiceFilter
from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.fields import AnyObject, ClearableText, DoneOut
from crm.insights.selectors import preview_of, segment_by_id, segments
from crm.insights.services import archive_segment, change_segment, define_segment
from crm.kernel.tenancy import Question
from crm.web.dialects import DevCrm, Done, Page
from crm.web.filters import FilterSet
from crm.web.grants import Audience, grant
from crm.web.serializers import InputSerializer, JsonObject, Moment, OutputSerializer, TextOrNull
from crm.web.viewset import DialectViewSet

KINDS = ("dynamic", "static")
STATES = ("filling", "ready", "broken")


class SegmentOut(OutputSerializer):
    id = serializers.UUIDField()
    project_id = serializers.UUIDField(source="organisation_id")
    slug = serializers.CharField()
    name = serializers.CharField()
    description = TextOrNull()
    rule = JsonObject()
    kind = serializers.ChoiceField(KINDS)
    state = serializers.ChoiceField(STATES)
    members = serializers.IntegerField(source="member_count")
    refreshed_at = Moment(allow_null=True)
    createdAt = Moment(source="created_at")  # noqa: N815 - the document's own name
    updatedAt = Moment(source="updated_at")  # noqa: N815


class SampleOut(OutputSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    email = TextOrNull()


class PreviewOut(OutputSerializer):
    total = serializers.IntegerField(help_text="Exact up to 10,000; above that at most half a minute old.")
    sample = SampleOut(many=True, help_text="At most twenty of them; none for who may not read people.")


class SegmentIn(InputSerializer):
    name = serializers.CharField(max_length=100)
    slug = serializers.CharField(max_length=60, required=False)
    description = ClearableText(max_length=1_000)
    rule = AnyObject()
    kind = serializers.ChoiceField(KINDS, required=False)


class SegmentChanges(InputSerializer):
    name = serializers.CharField(max_length=100, required=False)
    description = ClearableText(max_length=1_000)
    rule = AnyObject(required=False)


class PreviewIn(InputSerializer):
    rule = AnyObject()


class SegmentFilters(FilterSet):
    kind = ChoiceFilter(choices=[(word, word) for word in KINDS], help_text=" or ".join(KINDS))
    state = ChoiceFilter(choices=[(word, word) for word in STATES], help_text=", ".join(STATES))


READ = grant("crm:segments:read", Audience.KEY, Audience.STAFF)
WRITE = grant("crm:segments:write", Audience.KEY, Audience.STAFF)


class SegmentViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {"list": READ, "retrieve": READ, "create": WRITE, "update": WRITE, "destroy": WRITE, "preview": WRITE}
    reads = {"create": SegmentIn, "update": SegmentChanges, "preview": PreviewIn}
    answers = {
        "list": SegmentOut, "retrieve": SegmentOut, "create": SegmentOut, "update": SegmentOut, "destroy": DoneOut,
        "preview": PreviewOut,
    }  # fmt: skip
    filters = SegmentFilters
    sort_fields = {
        "createdAt": "created_at", "updatedAt": "updated_at", "name": "name", "slug": "slug",
        "members": "member_count",
    }  # fmt: skip
    default_sort = ("-created_at", "-pk")

    def list(self, request: Request) -> Page:
        """Segments that staff or machines have written, latest first unless sorted otherwise."""
        return self.list_of(segments)

    def retrieve(self, request: Request, segment_id: UUID) -> Any:
        """One segment."""
        return self.present(Question(segment_by_id, (segment_id,)))

    def create(self, request: Request) -> Any:
        """A new segment: a name and a rule. A worker fills it; until it has, its `state` is `filling`."""
        return self._shown(define_segment(**self.read()).pk)

    def update(self, request: Request, segment_id: UUID) -> Any:
        """Change what is sent and leave the rest. After a change of its rule a segment is filled anew."""
        found = self.found(segment_by_id(segment_id))
        change_segment(segment_id=found, **self.read(partial=True))
        return self._shown(found)

    def destroy(self, request: Request, segment_id: UUID) -> Done:
        """The segment disappears, its people stay. Not while other segments ask about it."""
        archive_segment(segment_id=self.found(segment_by_id(segment_id)))
        return Done("Segment deleted successfully")

    def preview(self, request: Request) -> dict[str, Any]:
        """How many customers a rule is true of now, and some of them; nothing is kept."""
        found = preview_of(self.read()["rule"])
        sample = [{"id": one.pk, "name": one.name, "email": one.email or None} for one in found.sample]
        return {"total": found.total, "sample": sample}

    def _shown(self, segment_id: UUID) -> Any:
        return self.present(Question(segment_by_id, (segment_id,)))

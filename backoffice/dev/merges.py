"""S4 `/customers/{id}/merge`, `/leads/{id}/merge` and their undoing: our addition (docs/apis/dev.md)."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.fields import AnyObject
from crm.contacts.selectors import customer_by_id, merge_by_id
from crm.contacts.services import MergePlan, UnmergeReport, merge_contacts, unmerge
from crm.kernel.events import to_json
from crm.leads.selectors import lead_by_id, lead_merge_by_id
from crm.leads.services import merge_leads, unmerge_leads
from crm.web.dialects import DevCrm
from crm.web.grants import Audience, grant
from crm.web.serializers import InputSerializer, JsonObject, OutputSerializer
from crm.web.viewset import DialectViewSet


class MergeIn(InputSerializer):
    losers = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=20)
    choices = AnyObject(child=serializers.UUIDField(), required=False)
    dry_run = serializers.BooleanField(required=False, default=False)


class FieldOut(OutputSerializer):
    field = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    from_id = serializers.UUIDField(help_text="Whose value it is.")
    values = JsonObject(help_text="What each of them has, by id.")


class MergeOut(OutputSerializer):
    merge_id = serializers.UUIDField(allow_null=True, help_text="Null for a dry run.")
    winner_id = serializers.UUIDField()
    losers = serializers.ListField(child=serializers.UUIDField())
    fields = FieldOut(many=True)  # type: ignore[assignment]
    moved = JsonObject(help_text="How many rows became the winner's, by relation.")


class LeftOut(OutputSerializer):
    kind = serializers.CharField()
    id = serializers.CharField()


class UnmergeOut(OutputSerializer):
    merge_id = serializers.UUIDField()
    winner_id = serializers.UUIDField()
    losers = serializers.ListField(child=serializers.UUIDField())
    restored = JsonObject(help_text="How many rows went back, by kind.")
    left = LeftOut(many=True, help_text="Changed since, so they stay as they are.")


_WRITE = grant("auth:members:write", Audience.KEY, Audience.STAFF)
_WRITE_LEADS = grant("crm:leads:write", Audience.KEY, Audience.STAFF)


class MergeViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {"merge": _WRITE, "unmerge": _WRITE, "merge_leads": _WRITE_LEADS, "unmerge_leads": _WRITE_LEADS}
    reads = {"merge": MergeIn, "merge_leads": MergeIn}
    answers = {"merge": MergeOut, "unmerge": UnmergeOut, "merge_leads": MergeOut, "unmerge_leads": UnmergeOut}

    def merge(self, request: Request, customer_id: UUID) -> dict[str, Any]:
        """Merge other people into this customer, or, with `dry_run`, tell what that would do."""
        return self._merged(merge_contacts, self.found(customer_by_id(customer_id)))

    def unmerge(self, request: Request, merge_id: UUID) -> dict[str, Any]:
        """Take a merge of the last 30 days apart; what was changed since stays, and is listed."""
        return told_report(unmerge(merge_id=self.found(merge_by_id(merge_id))))

    def merge_leads(self, request: Request, lead_id: UUID) -> dict[str, Any]:
        """Merge other leads into this one, or, with `dry_run`, tell what that would do."""
        return self._merged(merge_leads, self.found(lead_by_id(lead_id)))

    def unmerge_leads(self, request: Request, lead_merge_id: UUID) -> dict[str, Any]:
        """Take a merge of leads of the last 30 days apart; what was changed since stays, and is listed."""
        return told_report(unmerge_leads(merge_id=self.found(lead_merge_by_id(lead_merge_id))))

    def _merged(self, merge: Callable[..., MergePlan], winner_id: UUID) -> dict[str, Any]:
        values = self.read()
        plan = merge(
            winner_id=winner_id, loser_ids=values["losers"], choices=values.get("choices"), dry_run=values["dry_run"]
        )
        return told_plan(plan)


def told_report(report: UnmergeReport) -> dict[str, Any]:
    return {"losers" if name == "loser_ids" else name: value for name, value in asdict(report).items()}


def told_plan(plan: MergePlan) -> dict[str, Any]:
    fields = [
        {"field": each.field, "value": each.value, "from_id": each.from_id, "values": each.values}
        for each in plan.fields
    ]
    told: dict[str, Any] = to_json(
        {"merge_id": plan.merge_id, "winner_id": plan.winner_id, "losers": plan.loser_ids, "fields": fields,
         "moved": plan.moved}
    )  # fmt: skip
    return {**told, "merge_id": plan.merge_id}

"""S4 `/followups/process` (s4 §5)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.leads import WRITE
from crm.leads.services import process_follow_ups
from crm.web.dialects import DevCrm
from crm.web.serializers import OutputSerializer
from crm.web.viewset import DialectViewSet


class ProcessedOut(OutputSerializer):
    processed = serializers.IntegerField(help_text="What was due and had no follow-up yet.")
    created = serializers.IntegerField()
    notified = serializers.IntegerField(help_text="Those that are for somebody; the others are the queue's.")
    by_kind = serializers.DictField(child=serializers.IntegerField(), help_text="next_action, idle, overdue.")


class FollowUpViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {"process": WRITE}
    answers = {"process": ProcessedOut}

    def process(self, request: Request) -> dict[str, Any]:
        """Make a follow-up of everything that is due about leads; the schedule does the same every five minutes."""
        processed = process_follow_ups()
        return {
            "processed": processed.processed,
            "created": processed.created,
            "notified": processed.notified,
            "by_kind": dict(processed.by_kind),
        }

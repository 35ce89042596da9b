"""S4 `/leads/nurture/start` (s4 §2, §6, 15)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.leads import WRITE
from crm.nurturing.services import start_nurturing
from crm.web.dialects import DevCrm
from crm.web.serializers import OutputSerializer
from crm.web.viewset import DialectViewSet


class StartedOut(OutputSerializer):
    enrolled = serializers.IntegerField(help_text="Leads that entered the default sequence.")
    already = serializers.IntegerField(help_text="Leads that are in it already.")
    skipped = serializers.DictField(child=serializers.IntegerField(), help_text="Those not let in, by reason.")
    steps_run = serializers.IntegerField()
    deferred = serializers.IntegerField(help_text="Messages that leave later: quiet hours, frequency caps.")


class NurturingViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {"start": WRITE}
    answers = {"start": StartedOut}

    def start(self, request: Request) -> dict[str, Any]:
        """Let every eligible lead into the default sequence and do what is due; again at once, there is nothing to do.
        Each call does up to 5,000 leads.
        """
        started = start_nurturing()
        return {
            "enrolled": started.enrolled,
            "already": started.already,
            "skipped": dict(started.skipped),
            "steps_run": started.steps_run,
            "deferred": started.deferred,
        }

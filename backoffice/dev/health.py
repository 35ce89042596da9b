"""S4 `/customers/{customerId}/health` (s4 §3, where-they-meet.md)."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.segments import READ
from crm.insights.scoring import WEIGHTS
from crm.insights.selectors import health_of
from crm.web.dialects import DevCrm
from crm.web.serializers import Moment, OutputSerializer
from crm.web.viewset import DialectViewSet

BANDS = ("healthy", "watch", "at_risk", "unknown")


class ComponentOut(OutputSerializer):
    value = serializers.IntegerField(allow_null=True, help_text="0 to 100; null where nothing is known.")
    weight = serializers.IntegerField(help_text="Of 100.")
    contribution = serializers.DecimalField(None, None, coerce_to_string=False, allow_null=True,
                                            help_text="Points of the score that come from it.")  # fmt: skip


class ComponentsOut(OutputSerializer):
    recency = ComponentOut()
    trend = ComponentOut()
    sentiment = ComponentOut()
    support = ComponentOut()
    engagement = ComponentOut()
    loyalty = ComponentOut()


class DragOut(OutputSerializer):
    component = serializers.ChoiceField(tuple(WEIGHTS))
    points = serializers.DecimalField(None, None, coerce_to_string=False, help_text="What a full one would add.")


class HealthOut(OutputSerializer):
    customer_id = serializers.UUIDField()
    score = serializers.IntegerField(allow_null=True)
    band = serializers.ChoiceField(BANDS)
    coverage = serializers.IntegerField(help_text="How much of the weights is known, of 100.")
    components = ComponentsOut()
    drags = DragOut(many=True, help_text="At most three, the worst first.")
    delta_30d = serializers.IntegerField(allow_null=True)
    last_order_at = Moment(allow_null=True)
    last_interaction_at = Moment(allow_null=True)
    computed_at = Moment()
    formula_version = serializers.IntegerField()


class HealthViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {"retrieve": READ}
    answers = {"retrieve": HealthOut}

    def retrieve(self, request: Request, customer_id: UUID) -> dict[str, Any]:
        """How a customer is doing, from 0 to 100, and why."""
        health = health_of(customer_id)
        moment = self.dialect.moment
        told = asdict(health)
        drags = [{"component": drag.part, "points": drag.points} for drag in health.drags]
        moments = {
            name: at and moment(at) for name, at in told.items() if name.endswith("_at")
        }  # fmt: skip
        return {**told, "drags": drags, **moments}

"""S4 `/feedback` and `/customers/{customerId}/feedback/request` (s4 §5)."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.feedback_figures import (
    CHANNELS,
    SCALES,
    AnalyticsOut,
    DashboardOut,
    FeedbackOut,
    FiguresIn,
    ThemeOut,
    shown_analytics,
    shown_themes,
    unexplained,
)
from backoffice.dev.fields import ClearableText
from backoffice.dev.periods import END, START, asked_for
from crm.contacts.selectors import customer_by_id
from crm.feedback.selectors import (
    Asking,
    analytics_of,
    asking_of,
    feedback_by_id,
    latest_answers,
    number_open,
    spoken_of,
)
from crm.feedback.services import answer_feedback, process_reminders, request_feedback
from crm.kernel.errors import DomainError
from crm.kernel.tenancy import Question
from crm.web.dialects import DevCrm, Page
from crm.web.grants import Audience, grant
from crm.web.pagination import window_of
from crm.web.presenters import presenter_for
from crm.web.serializers import InputSerializer, OutputSerializer
from crm.web.viewset import DialectViewSet

LATEST = 10


class RequestIn(InputSerializer):
    channel = serializers.ChoiceField(CHANNELS, required=False, help_text="E-mail, unless the settings say otherwise.")
    scale = serializers.ChoiceField(SCALES, required=False, help_text="CSAT, unless the settings say otherwise.")
    order_id = serializers.UUIDField(required=False, allow_null=True, help_text="What it is about: an order of theirs.")


class RequestedOut(FeedbackOut):
    token = serializers.CharField(help_text="Opens the request at `/portal/feedback/{token}`; told once, here.")


class AnswerIn(InputSerializer):
    rating = serializers.IntegerField(min_value=0, max_value=10, help_text="On the request's scale.")
    comment = ClearableText(max_length=5_000)
    category = ClearableText(max_length=50)


class RemindedOut(OutputSerializer):
    processed = serializers.IntegerField(help_text="Requests whose reminder or end was due.")
    sent = serializers.IntegerField(help_text="Reminders that are on their way.")
    expired = serializers.IntegerField()
    skipped = serializers.IntegerField(help_text="Those of whom nobody may be written to.")


_READ = grant("crm:feedback:read", Audience.KEY, Audience.STAFF)
_WRITE = grant("crm:feedback:write", Audience.KEY, Audience.STAFF)
_FIGURES = (
    START, END,
    OpenApiParameter("scale", str, enum=SCALES, description="The only one that was answered on, else the default one."),
    OpenApiParameter("category", str, description="Answers of this category alone."),
)  # fmt: skip


class FeedbackViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {
        "request_feedback": _WRITE, "answer": _WRITE, "process": _WRITE, "analytics": _READ, "themes": _READ,
        "dashboard": _READ,
    }  # fmt: skip
    reads = {"request_feedback": RequestIn, "answer": AnswerIn}
    answers = {
        "request_feedback": RequestedOut, "answer": FeedbackOut, "process": RemindedOut, "analytics": AnalyticsOut,
        "themes": ThemeOut, "dashboard": DashboardOut,
    }  # fmt: skip
    statuses = {"request_feedback": 201}
    lists = frozenset({"themes"})
    extra_parameters = {"analytics": _FIGURES, "themes": _FIGURES, "dashboard": _FIGURES}

    def request_feedback(self, request: Request, customer_id: UUID) -> dict[str, Any] | DomainError:
        """Ask a customer for feedback, by a letter or by a link that you hand over. The token is told this once."""
        asked = request_feedback(customer_id=self.found(customer_by_id(customer_id)), **self.read())
        return asked.refusal or {**self._shown(asked.request.pk), "token": asked.token}

    def answer(self, request: Request, feedback_id: UUID) -> Any:
        """What the customer answered, once: a rating on the request's scale, and a comment and category if you like."""
        answered = answer_feedback(feedback_id=self.found(feedback_by_id(feedback_id)), **self.read())
        return self._shown(answered.pk)

    def process(self, request: Request) -> dict[str, int]:
        """Remind who has not answered, at most twice, and let expire what nobody answers; the schedule does the same.
        Each call does up to 500 of either.
        """
        return asdict(process_reminders())

    def analytics(self, request: Request) -> dict[str, Any]:
        """What answers add up to: of each customer the latest within the period counts. A figure of nothing is null."""
        return shown_analytics(analytics_of(self._asking(request)))

    def themes(self, request: Request) -> Page:
        """What comments are about, the most frequent theme first, with quotes that do not say who spoke."""
        window = window_of(request.query_params, self.dialect)
        themes = shown_themes(spoken_of(self._asking(request)))
        return Page(themes[window.start : window.start + window.size], window.number, window.size, len(themes))

    def dashboard(self, request: Request) -> dict[str, Any]:
        """Figures, themes, the latest ten answers, and how many requests wait for one."""
        asking = self._asking(request)
        spoken = spoken_of(asking)
        return {
            "analytics": shown_analytics(analytics_of(asking)),
            "recent": presenter_for(FeedbackOut, self.dialect).rows(latest_answers(LATEST)),
            "pending": number_open(),
            "themes": shown_themes(spoken),
            "unexplained": unexplained(spoken),
        }

    def _asking(self, request: Request) -> Asking:
        return asking_of(**asked_for(FiguresIn, request.query_params))

    def _shown(self, feedback_id: UUID) -> dict[str, Any]:
        shown: dict[str, Any] = presenter_for(FeedbackOut, self.dialect).one(Question(feedback_by_id, (feedback_id,)))
        return shown

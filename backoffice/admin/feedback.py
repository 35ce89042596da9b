"""Feedback: who was asked, what they answered, who is unhappy; and asking a customer by hand."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from backoffice.admin.base import PlaceAdmin, complaints_as_messages
from backoffice.admin.filters import DayRangeFilter
from backoffice.admin.told import told
from crm.contacts.selectors import customer_by_id
from crm.feedback.models import AnsweredVia, FeedbackChannel, FeedbackRequest, FeedbackState, Scale
from crm.feedback.selectors import feedback, feedback_settings, mentions_of
from crm.feedback.services import Asked, answer_feedback, close_request, request_feedback
from crm.feedback.services.answering import CALLED_WITHIN
from crm.feedback.services.links import address_of
from crm.kernel.audit import events_about
from crm.kernel.lookups import found_by

STATE_COLORS = {
    FeedbackState.ANSWERED: "success", FeedbackState.BOUNCED: "danger", FeedbackState.SKIPPED: "warning",
    FeedbackState.EXPIRED: "warning", FeedbackState.CLOSED: "warning", FeedbackState.SENT: "info",
    FeedbackState.OPENED: "info", FeedbackState.PENDING: "info",
}  # fmt: skip
STORY, EXCERPT = 25, 60


class AskForm(forms.Form):
    channel = forms.ChoiceField(
        label=gettext_lazy("How"), choices=FeedbackChannel.choices, widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("Link and API: you are shown a link to hand over, and nothing is sent."),
    )  # fmt: skip
    scale = forms.ChoiceField(label=gettext_lazy("What"), choices=Scale.choices, widget=UnfoldAdminSelectWidget)


class AnswerForm(forms.Form):
    rating = forms.TypedChoiceField(label=gettext_lazy("Rating"), coerce=int, widget=UnfoldAdminSelectWidget)
    comment = forms.CharField(
        label=gettext_lazy("Comment"), required=False, max_length=5_000, widget=UnfoldAdminTextareaWidget
    )
    category = forms.CharField(
        label=gettext_lazy("Category"), required=False, max_length=50, widget=UnfoldAdminTextInputWidget
    )

    def __init__(self, scale: str, *args: Any) -> None:
        super().__init__(*args)
        rating: Any = self.fields["rating"]
        rating.choices = [(number, str(number)) for number in Scale(scale).ratings]


class MoodFilter(admin.SimpleListFilter):
    """By what the rating says of who gave it; each scale has its own limits."""

    title = gettext_lazy("mood")
    parameter_name = "mood"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("unhappy", _("Unhappy")), ("happy", _("Happy")), ("said", _("Said something"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None:
            return queryset
        limits = {
            "unhappy": [Q(scale=scale, rating__lte=scale.range.unhappy_to) for scale in Scale],
            "happy": [Q(scale=scale, rating__gte=scale.range.happy_from) for scale in Scale],
            "said": [~Q(comment="")],
        }  # fmt: skip
        return queryset.filter(Q(*limits[chosen], _connector=Q.OR)) if chosen in limits else queryset.none()


@admin.register(FeedbackRequest)
class FeedbackPage(PlaceAdmin):
    """A request comes from an API, a job or a person's page; here it is read, answered and closed."""

    resource = "crm:feedback"
    about = "feedback"
    list_display = ("of_customer", "shown_rating", "excerpt", "category", "shown_state", "created_at", "answered_at")
    list_filter = ("state", MoodFilter, "scale", "channel", ("answered_at", DayRangeFilter))
    search_fields = ("comment",)
    search_help_text = gettext_lazy("Words of the customer's name, company, e-mail or phone")
    ordering = ("-created_at", "-id")
    list_before_template = "backoffice/feedback_links.html"
    change_form_outer_before_template = "backoffice/feedback_summary.html"
    change_form_outer_after_template = "backoffice/feedback_story.html"
    fieldsets = (
        (None, {"fields": (
            ("channel", "scale"), ("state", "reason"), ("created_at", "sent_at"), ("opened_at", "expires_at"), "order",
            ("reminders", "next_reminder_at"), ("answered_at", "answered_via"),
        )}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return feedback().select_related("customer__contact").defer(
            "customer__contact__words", "customer__contact__search"
        )  # fmt: skip

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        return found_by(queryset, search_term, path="customer__contact__"), False

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        asked = self.get_object(request, object_id)
        context = {**_context(asked), "may_write": self.may("write")} if asked else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    # Deeds of their own

    def get_urls(self) -> Any:
        views = {
            "<uuid:feedback_id>/answer": (self.answer_view, "answer_feedback"),
            "<uuid:feedback_id>/close": (self.close_view, "close_feedback"),
            "ask/<uuid:customer_id>": (self.ask_view, "ask_for_feedback"),
        }
        own = [
            path(f"{address}/", self.admin_site.admin_view(view), name=name) for address, (view, name) in views.items()
        ]
        return [*own, *super().get_urls()]

    def ask_view(self, request: HttpRequest, customer_id: UUID) -> HttpResponse:
        """Ask a customer; a link that is to be handed over is shown on the answer to the POST, and never again."""
        customer = customer_by_id(customer_id).select_related("contact").first() if self.may("write") else None
        if customer is None:
            raise Http404
        settings, asked = feedback_settings(), list[Asked]()
        form = AskForm(request.POST or None, initial={"channel": settings.channel, "scale": settings.scale})

        def ask(**values: Any) -> None:
            asked.append(request_feedback(customer_id=customer_id, **values))

        title = _("Ask %(customer)s for feedback") % {"customer": customer}
        back = reverse("admin:contacts_customer_change", args=[customer_id])
        page = self.small_form(request, form, ask, title=title, back=back)
        return self._asked(request, asked[0], back) if asked else page

    def answer_view(self, request: HttpRequest, feedback_id: UUID) -> HttpResponse:
        """Note what a customer has said on the telephone, say."""
        asked = self._to_write(request, feedback_id)
        form = AnswerForm(asked.scale, request.POST or None)
        save = partial(answer_feedback, feedback_id=asked.pk, via=AnsweredVia.STAFF)
        title = _("What %(customer)s answered") % {"customer": asked.customer}
        return self.small_form(request, form, save, title=title, back=_page_of(asked.pk))

    def close_view(self, request: HttpRequest, feedback_id: UUID) -> HttpResponse:
        asked = self._to_write(request, feedback_id)
        question = _("Close the request? Nobody is reminded of it any more.")
        page = self.ask_first(request, question, back=_page_of(asked.pk))
        if page is not None:
            return page
        with complaints_as_messages(request):
            close_request(feedback_id=asked.pk)
        return redirect(_page_of(asked.pk))

    def _asked(self, request: HttpRequest, asked: Asked, back: str) -> HttpResponse:
        refusal = asked.refusal
        if refusal is not None:
            reason = asked.request.reason.replace("_", " ")
            messages.error(request, f"{refusal.message} ({reason})")
            return redirect(back)
        if asked.request.sent_at is None:
            messages.success(request, _("Asked. The letter leaves as soon as it may."))
            return redirect(_page_of(asked.request.pk))
        context = {"title": _("Hand over this link"), "shown": address_of(asked.token), "back": back, "opts": self.opts}
        return TemplateResponse(
            request, "backoffice/shown_once.html", {**self.admin_site.each_context(request), **context}
        )

    def _to_write(self, request: HttpRequest, feedback_id: UUID) -> FeedbackRequest:
        asked = self.get_object(request, str(feedback_id)) if self.may("write") else None
        if asked is None:
            raise Http404
        return asked  # type: ignore[no-any-return]

    # Columns

    @display(description=gettext_lazy("Customer"))
    def of_customer(self, asked: FeedbackRequest) -> str:
        return str(asked.customer)

    @display(description=gettext_lazy("Rating"), ordering="rating")
    def shown_rating(self, asked: FeedbackRequest) -> SafeString | str:
        return rating_badge(asked)

    @display(description=gettext_lazy("Comment"))
    def excerpt(self, asked: FeedbackRequest) -> str:
        return Truncator(asked.comment).chars(EXCERPT) or "–"

    @display(description=gettext_lazy("State"), ordering="state", label=STATE_COLORS)
    def shown_state(self, asked: FeedbackRequest) -> tuple[str, str]:
        return asked.state, asked.get_state_display()


def rating_badge(asked: FeedbackRequest) -> SafeString | str:
    """The rating of its scale, in a colour that says how it is meant."""
    if asked.rating is None:
        return "–"
    scale = Scale(asked.scale)
    mood = "bad" if asked.is_unhappy else "good" if asked.rating >= scale.range.happy_from else "so"
    text = f"{asked.rating} / {scale.range.highest}"
    return format_html('<span class="rp-mood rp-mood-{}">{}</span> <span class="rp-quiet">{}</span>', mood, text, scale)


def _context(asked: FeedbackRequest) -> dict[str, Any]:
    """What stands around one request, in a fixed number of queries."""
    call_by = asked.answered_at + CALLED_WITHIN if asked.answered_at and asked.is_unhappy else None
    return {
        "asked": asked,
        "badge": rating_badge(asked),
        "call_by": call_by,
        "mentions": list(mentions_of(asked)),
        "story": told(events_about("feedback", asked.pk)[:STORY]),
    }


def _page_of(feedback_id: UUID) -> str:
    return reverse("admin:feedback_feedbackrequest_change", args=[feedback_id])

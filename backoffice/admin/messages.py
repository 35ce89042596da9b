"""What was sent, what is to be, what nobody knows the fate of, and what came back."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display

from backoffice.admin.base import PlaceAdmin, complaints_as_messages
from backoffice.admin.filters import DayRangeFilter
from crm.kernel.addresses import email_key, phone_key
from crm.kernel.errors import DomainError
from crm.messaging.models import Communication, Incoming, IncomingKind, MessageState
from crm.messaging.selectors import incoming_to, number_unknown
from crm.messaging.services import send_again

STATE_COLORS = {
    MessageState.SENT: "success", MessageState.CAPTURED: "success", MessageState.QUEUED: "info",
    MessageState.SENDING: "info", MessageState.FAILED: "danger", MessageState.UNKNOWN: "danger",
    MessageState.SKIPPED: "warning",
}  # fmt: skip
INCOMING_SHOWN, MOST_AT_ONCE = 25, 500
AGAIN = (MessageState.FAILED, MessageState.UNKNOWN)


class CameBackFilter(admin.SimpleListFilter):
    """By what came back. A bounce that may pass, and what a machine answered, is neither."""

    title = gettext_lazy("what came back")
    parameter_name = "came_back"
    kinds = {"answered": IncomingKind.REPLY, "bounced": IncomingKind.BOUNCE, "complained": IncomingKind.COMPLAINT}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("answered", _("Answered")), ("bounced", _("Bounced")), ("complained", _("Complained"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None:
            return queryset
        if chosen not in self.kinds:
            return queryset.none()
        return queryset.filter(Exists(Incoming.objects.filter(communication=OuterRef("pk"), kind=self.kinds[chosen])))


@admin.register(Communication)
class CommunicationPage(PlaceAdmin):
    """A message comes from what happened, never from here; what failed can be sent again."""

    resource = "notification:messages"
    about = "communication"
    actions = ("send_chosen_again",)
    list_display = (
        "recipient", "template", "channel", "message_class", "shown_state", "reason", "due_at", "created_at",
    )  # fmt: skip
    list_filter = ("state", CameBackFilter, "channel", "message_class", ("created_at", DayRangeFilter))
    list_select_related = ("template",)
    search_fields = ("recipient_key",)
    search_help_text = gettext_lazy("The beginning of an e-mail address, or of a number's digits")
    ordering = ("-created_at", "-id")
    list_before_template = "backoffice/unknown_messages.html"
    change_form_outer_before_template = "backoffice/send_again.html"
    change_form_outer_after_template = "backoffice/came_back.html"
    fieldsets = (
        (None, {"fields": (
            ("recipient", "recipient_name"), ("channel", "message_class"), ("template", "locale"),
            ("shown_state", "reason"), ("created_at", "due_at", "sent_at"), ("attempts", "provider_message_id"),
            "cause",
        )}),
        (gettext_lazy("What it says"), {"fields": (
            ("subject", "subtitle"), "content", ("image_url", "click_url"),
        )}),
    )  # fmt: skip
    readonly_fields = ("shown_state",)

    @display(description=gettext_lazy("State"), ordering="state", label=STATE_COLORS)
    def shown_state(self, message: Communication) -> tuple[str, str]:
        return message.state, message.get_state_display()

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        term = search_term.strip()
        is_number = bool(phone_key(term)) and "@" not in term and not any(char.isalpha() for char in term)
        return queryset.filter(recipient_key__startswith=phone_key(term) if is_number else email_key(term)), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        unknown = number_unknown() if self.has_view_permission(request) else 0
        return super().changelist_view(request, {"unknown_messages": unknown, **(extra_context or {})})

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        message = self.get_object(request, object_id)
        context = {
            "incoming": list(incoming_to(message.pk)[:INCOMING_SHOWN]),
            "may_send_again": self.may("write") and message.state in AGAIN,
        } if message else {}  # fmt: skip
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    # Sending again

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.again_view)
        return [path("<uuid:message_id>/again/", view, name="send_message_again"), *super().get_urls()]

    def has_again_permission(self, request: HttpRequest) -> bool:
        return self.may("write")

    def again_view(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        message = self.sendable_or_404(request, message_id)
        back = reverse("admin:messaging_communication_change", args=[message_id])
        unknown = message.state == MessageState.UNKNOWN
        question = _("Send this message to %(whom)s again?") % {"whom": message.recipient}
        page = self.ask_first(request, question, back=back, danger=unknown, warning=_warning(int(unknown)))
        if page is not None:
            return page
        with complaints_as_messages(request):
            send_again(communication_id=message_id, may_arrive_twice=unknown)
            messages.success(request, _("It is due again."))
        return redirect(back)

    @action(description=gettext_lazy("Send the chosen messages again"), permissions=["again"])
    def send_chosen_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Asks first, naming how many they are, and how many of them may arrive twice."""
        states = dict(queryset.filter(state__in=AGAIN).values_list("pk", "state"))
        if not states or len(states) > MOST_AT_ONCE:
            text = _("Choose %(n)d at most, and some that failed or are unknown.") % {"n": MOST_AT_ONCE}
            messages.warning(request, text)
            return None
        if "confirmed" not in request.POST:
            return self._ask_about(request, states)
        sent = sum(_sent_again(pk) for pk in states)
        text = ngettext("%(n)d message is due again.", "%(n)d messages are due again.", sent)
        messages.success(request, text % {"n": sent})
        if sent < len(states):
            left = len(states) - sent
            text = ngettext("%(n)d cannot be: its text is gone.", "%(n)d cannot be: their text is gone.", left)
            messages.warning(request, text % {"n": left})
        return None

    def _ask_about(self, request: HttpRequest, states: dict[UUID, str]) -> HttpResponse:
        unknown = sum(state == MessageState.UNKNOWN for state in states.values())
        question = ngettext("Send %(n)d message again?", "Send %(n)d messages again?", len(states))
        hidden = [("action", "send_chosen_again"), ("confirmed", "1")]
        hidden += [
            (name, value) for name in ("_selected_action", "select_across") for value in request.POST.getlist(name)
        ]
        page = {
            **self.admin_site.each_context(request), "title": question % {"n": len(states)}, "opts": self.opts,
            "danger": bool(unknown), "warning": _warning(unknown), "hidden": hidden,
            "back": reverse("admin:messaging_communication_changelist"),
        }  # fmt: skip
        return TemplateResponse(request, "backoffice/ask_first.html", page)

    def sendable_or_404(self, request: HttpRequest, message_id: UUID) -> Communication:
        """Reading is enough for the page of a message, not for sending it."""
        message: Communication | None = self.get_object(request, str(message_id)) if self.may("write") else None
        if message is None:
            raise Http404
        return message


def _warning(unknown: int) -> str:
    """What whoever sends messages of unknown fate again must know."""
    if not unknown:
        return ""
    text = ngettext(
        "Of %(n)d nobody knows whether it left: it may arrive twice.",
        "Of %(n)d nobody knows whether they left: they may arrive twice.", unknown,
    )  # fmt: skip
    return text % {"n": unknown}


def _sent_again(message_id: UUID) -> bool:
    """Whether it is due again; one that cannot be, or has changed meanwhile, spoils no other."""
    try:
        with transaction.atomic():
            send_again(communication_id=message_id, may_arrive_twice=True)
    except DomainError:
        return False
    return True

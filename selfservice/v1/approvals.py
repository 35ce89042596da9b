"""S2 approval requests (s2 §B1): what waits for a member's yes or no, decided in the app or by a mailed link.

A link never decides by being looked at: its page asks once more, and the page's button decides (semantics §3.15).
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_filters.filters import CharFilter, ChoiceFilter
from rest_framework import serializers
from rest_framework.request import Request

from crm.approvals.errors import ApprovalLinkSpent, ApprovalNotFound, ApprovalOutdated
from crm.approvals.kinds import all_kinds
from crm.approvals.links import read_link
from crm.approvals.selectors import approvals_of, linked_request, question_of
from crm.approvals.services import decide_by_link, decide_signed_in
from crm.kernel.errors import Conflict, DomainError
from crm.organisations.selectors import organisation_of_scope
from crm.web.authentication import names_a_person
from crm.web.dialects import Page
from crm.web.filters import FilterSet
from crm.web.grants import Audience, grant
from crm.web.serializers import InputSerializer, OutputSerializer, PageOut
from crm.web.viewset import DialectViewSet
from selfservice.portal.links import link_opened
from selfservice.v1.own import READ, WRITE, OwnViewSet, id_in

RESPONSES = {"ACCEPT": "accept", "REJECT": "reject"}
# The document knows three states: what was taken back or has run out was not agreed to.
STATES = {
    "pending": "PENDING", "approved": "APPROVED", "rejected": "REJECTED", "recalled": "REJECTED", "expired": "REJECTED",
}  # fmt: skip
LONGEST_LINK = 400
# What the token of a mail opens: pages to look at, and what their buttons and the apps do.
_PAGES = ("accept_page", "reject_page")
_DEEDS = ("act_by_token", "accept", "reject", "accept_by_page", "reject_by_page")


class EntityType(serializers.CharField):
    """What is to be approved, in the document's words."""

    def present(self, value: str) -> str:
        return next((kind.wire for kind in all_kinds() if kind.key == value), value.upper())


class EntityOut(OutputSerializer):
    id = serializers.UUIDField(source="record_id")
    type = EntityType(source="kind")
    reference = serializers.CharField()


class State(serializers.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(sorted(set(STATES.values())), **kwargs)

    def present(self, value: str) -> str:
        return STATES[value]


class ApprovalOut(OutputSerializer):
    id = serializers.UUIDField()
    state = State()
    entity = EntityOut(source="*")


class DecidedOut(OutputSerializer):
    id = serializers.UUIDField()


class DecidedOrPageOut(PageOut):
    """A page for who decides by a token; for an app where somebody is signed in, the request's id."""

    told = DecidedOut


class _Response(serializers.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(list(RESPONSES), **kwargs)


class ActionIn(InputSerializer):
    action = _Response()
    comments = serializers.CharField(max_length=2_000, required=False, allow_blank=True)


class TokenIn(InputSerializer):
    token = serializers.CharField(max_length=LONGEST_LINK)


class TokenAndResponseIn(TokenIn):
    response = _Response()


class CommentsIn(InputSerializer):
    comments = serializers.CharField(max_length=2_000, required=False, allow_blank=True, default="")


class ApprovalFilters(FilterSet):
    state = ChoiceFilter(method="by_state", choices=[(word, word) for word in ("PENDING", "APPROVED", "REJECTED")])
    entity_types = CharFilter(method="by_types", help_text="Words such as ORDER, by comma.")

    def by_state(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.filter(state__in=[state for state, word in STATES.items() if word == value])

    def by_types(self, queryset: Any, _name: str, value: str) -> Any:
        # The second version of this API has the same words in the plural.
        wanted = {word.strip().upper().removesuffix("S") for word in value.split(",")}
        return queryset.filter(kind__in=[kind.key for kind in all_kinds() if kind.wire in wanted])


class OwnApprovalViewSet(OwnViewSet):
    grants = {"list": READ}
    answers = {"list": ApprovalOut}
    filters = ApprovalFilters
    sort_fields = {"CREATED_DATE": "created_at"}
    default_sort = ("-created_at", "-pk")

    def list(self, request: Request, contact_id: str) -> Page:
        """What was or is for one to decide, the latest first."""
        return self.list_of(approvals_of(self.caller.id))


class ApprovalViewSet(DialectViewSet):
    """Decisions. A request that changed since it was asked is taken back although its answer is a refusal, so none of
    these is undone as a whole.
    """

    dialect = OwnViewSet.dialect
    grants = {
        "act": WRITE,
        **dict.fromkeys(_PAGES, grant("auth:me:read", Audience.PUBLIC)),
        **dict.fromkeys(_DEEDS, grant("auth:me:write", Audience.PUBLIC)),
    }  # fmt: skip
    reads = {
        "act": ActionIn, "act_by_token": TokenAndResponseIn, "accept": TokenIn, "reject": TokenIn,
        "accept_by_page": CommentsIn, "reject_by_page": CommentsIn,
    }  # fmt: skip
    answers = {"act": DecidedOrPageOut, **dict.fromkeys((*_PAGES, *_DEEDS), PageOut)}
    outside_transaction = frozenset(grants)

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        """One address takes two forms: of whoever is signed in, and of whoever has the token of a mail (s2 §B1)."""
        if self.action_map.get("post") == "act" and not names_a_person(request, self.dialect):
            self.action_map, self.post = {"post": "act_by_token"}, self.act_by_token
        return super().initialize_request(request, *args, **kwargs)

    def act(self, request: Request, approval_id: str) -> Any:
        """Say yes or no. Without a person's token, `{token, response}` does it by the token of a mail."""
        wanted = self.found(approvals_of(self.caller.id).filter(pk=id_in(approval_id, ApprovalNotFound)))
        given = self.read()
        decided = decide_signed_in(
            approval_id=wanted, response=RESPONSES[given["action"]], comments=given.get("comments", "")
        )
        return {"id": str(decided.pk)}

    def act_by_token(self, request: Request, approval_id: str) -> HttpResponse:
        """Say yes or no by the token of a mail."""
        given = self.read()
        return _decided(request._request, given["token"], RESPONSES[given["response"]])

    def accept(self, request: Request) -> HttpResponse:
        """Say yes by the token of a mail."""
        return _decided(request._request, self.read()["token"], "accept")

    def reject(self, request: Request) -> HttpResponse:
        """Say no by the token of a mail."""
        return _decided(request._request, self.read()["token"], "reject")

    def accept_page(self, request: Request, token: str) -> HttpResponse:
        """Where the "yes" of a mail leads: a page that asks once more. Looking decides nothing."""
        return _asked(request._request, token, "accept")

    def reject_page(self, request: Request, token: str) -> HttpResponse:
        """Where the "no" of a mail leads: a page that asks once more. Looking decides nothing."""
        return _asked(request._request, token, "reject")

    def accept_by_page(self, request: Request, token: str) -> HttpResponse:
        """The button of that page: yes."""
        return _decided(request._request, token, "accept", self.read()["comments"])

    def reject_by_page(self, request: Request, token: str) -> HttpResponse:
        """The button of that page: no."""
        return _decided(request._request, token, "reject", self.read()["comments"])


def _asked(request: HttpRequest, token: str, response: str) -> HttpResponse:
    try:
        with link_opened(request, token, read_link) as link:
            asked, _token = linked_request(link.link_id, link.digest)
            context = {
                "organisation": organisation_of_scope(), "question": question_of(asked), "response": response,
                "items": asked.snapshot.get("items", ()), "token": token,
            }  # fmt: skip
            return render(request, "portal/approval.html", context)
    except ApprovalLinkSpent as error:
        return _over(request, error)


def _decided(request: HttpRequest, token: str, response: str, comments: str = "") -> HttpResponse:
    """The decision, told on a page; why it was none, too."""
    try:
        with link_opened(request, token, read_link) as link:
            decide_by_link(token_id=link.link_id, digest=link.digest, response=response, comments=comments)
            context = {"organisation": organisation_of_scope(), "response": response}
            return render(request, "portal/approval_decided.html", context)
    except (ApprovalLinkSpent, ApprovalOutdated, Conflict) as error:
        return _over(request, error)


def _over(request: HttpRequest, error: DomainError) -> HttpResponse:
    return render(request, "portal/problem.html", {"text": error.message}, status=400)

"""The one base of every API view: it lets a request in, opens the scope, and answers in the surface's dialect.

The order in which a request is refused is fixed (where-they-meet.md, "Limits, headers, verbs everywhere"): path, verb,
credentials, limit, permission, body, record, rule. Handlers parse, call one service or selector, and present.
"""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from rest_framework.exceptions import MethodNotAllowed, NotAcceptable
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from crm.kernel.actors import Actor
from crm.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from crm.kernel.retries import in_transaction
from crm.kernel.tenancy import Question, Scope, ScopedQuerySet, Selector, open_scope, page_of
from crm.kernel.totals import total_of
from crm.organisations.errors import SessionRefused
from crm.organisations.selectors import Caller
from crm.web import repeats
from crm.web.authentication import Credentials, credentials_of
from crm.web.device import via_of
from crm.web.dialects import Dialect, Page
from crm.web.filters import FilterSet, filtered
from crm.web.grants import Audience, Grant
from crm.web.limits import Usage, count_request
from crm.web.pagination import read_page, window_of
from crm.web.parsers import ensure_size, parsers_for
from crm.web.presenters import Presenter, presenter_for
from crm.web.problems import Kind, Problem, ProblemError, problem_from
from crm.web.renderers import DialectRenderer, body_of
from crm.web.serializers import InputSerializer, OutputSerializer
from crm.web.sorting import Path, order_of
from crm.web.streaming import in_current_scope

SAFE = {"GET", "HEAD"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an action returns when its status depends on what it did."""

    data: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class DialectViewSet(GenericViewSet[Any]):
    """A resource of one surface. Attributes say everything that is not the business of a single action.

    `grants`, by action, is required: a route without one stops the start. `reads` and `answers` name the serializers
    of bodies, by action; handlers use them through `read()` and `present()`, so the documents cannot differ from them.
    """

    dialect: ClassVar[Dialect]
    grants: ClassVar[Mapping[str, Grant]]
    reads: ClassVar[Mapping[str, type[InputSerializer]]] = {}
    answers: ClassVar[Mapping[str, type[OutputSerializer]]] = {}
    filters: ClassVar[type[FilterSet] | None] = None
    sort_fields: ClassVar[Mapping[str, Path]] = {}
    default_sort: ClassVar[tuple[str, ...]] = ()
    sort_key: ClassVar[str] = "pk"

    # Which actions answer lists, which have another status than 200 (201 for `create`), and, for the documents only,
    # which have more than one, and query parameters that no filter or page explains.
    lists: ClassVar[frozenset[str]] = frozenset({"list"})
    statuses: ClassVar[Mapping[str, int]] = {}
    more_statuses: ClassVar[Mapping[str, tuple[int, ...]]] = {}
    extra_parameters: ClassVar[Mapping[str, tuple[Any, ...]]] = {}

    # Actions whose body may be a form with files, in whatever dialect.
    takes_files: ClassVar[frozenset[str]] = frozenset()
    # This surface's names of fields that the domain names otherwise, for complaints: {"email": "email_address"}.
    field_names: ClassVar[Mapping[str, str]] = {}
    # Actions that must not be undone as a whole: what was guessed at a sign-in stays counted.
    outside_transaction: ClassVar[frozenset[str]] = frozenset()

    queryset = None
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    credentials: Credentials | None = None
    usage: Usage | None = None

    @classmethod
    def as_view(cls, actions: Any = None, **initkwargs: Any) -> Any:
        undeclared = set((actions or {}).values()) - set(getattr(cls, "grants", {}))
        if undeclared:
            raise ImproperlyConfigured(f"{cls.__name__} declares no grant for {', '.join(sorted(undeclared))}.")
        return super().as_view(actions, **initkwargs)

    # The way through

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.args, self.kwargs = args, kwargs
        self.request = request = self.initialize_request(request, *args, **kwargs)
        try:
            self._enter(request)
            with open_scope(self._scope(request)) if self.credentials else nullcontext():
                self.admit(*args, **kwargs)
                self._open_body(request)
                self.prepare()
                response = self._act(request)
        except Exception as error:
            response = self._refuse(self._problem(error))
        self.response = self._ready(response)
        return self.response

    def get_parsers(self) -> list[Any]:
        return parsers_for(self)

    def _enter(self, request: Request) -> None:
        if settings.HTTPS_ONLY and not request.is_secure():
            raise ProblemError(Problem(Kind.INSECURE, "Use HTTPS."))
        if self.action not in self.grants:
            raise MethodNotAllowed(str(request.method))
        grant = self.grants[self.action]
        if grant.is_public:
            return
        self.credentials = credentials = credentials_of(request, self.dialect)
        request._request.rapport_caller = credentials.actor  # type: ignore[attr-defined]
        self.usage = count_request(request._request, credentials)
        self.usage.ensure_within()
        if not grant.allows(credentials.audience, credentials.actor):
            if credentials.audience is Audience.PUBLISHABLE_KEY and Audience.MEMBER in grant.audiences:
                # An application's key is there, and who uses it is not.
                raise SessionRefused
            raise Forbidden

    def admit(self, *args: Any, **kwargs: Any) -> None:
        """What a surface asks about the address before it looks at the body. Raises Forbidden."""

    def prepare(self) -> None:
        """What an action asks of others over the network, before its transaction begins."""

    def _open_body(self, request: Request) -> None:
        if not any(kind in request.META.get("HTTP_ACCEPT", "*/*").lower() for kind in self._media_types()):
            raise NotAcceptable
        ensure_size(request)
        if repeats.HEADER in request.headers:
            # Read as a whole first: its bytes are part of what the key stands for.
            _ = request._request.body
        if request.method not in SAFE:
            _ = request.data

    def _media_types(self) -> set[str]:
        """What this action's answers are written in: refusals in JSON, what it answers else perhaps as a file."""
        serializer = self.answers.get(str(self.action))
        written = {"application/json", getattr(serializer, "media_type", "application/json")}
        return {"*/*"} | written | {f"{kind.partition('/')[0]}/*" for kind in written}

    def _scope(self, request: Request) -> Scope:
        caller, request_id = self.caller, getattr(request._request, "request_id", "")
        return Scope(caller.tenant, self.actor, caller.now, request_id, via_of(request, self.dialect.name))

    @property
    def actor(self) -> Actor:
        """As whom the caller acts. Not for public actions, which have no caller."""
        if self.credentials is None:
            raise RuntimeError(f"{self.action} is public: nobody is known there.")
        return self.credentials.actor

    @property
    def caller(self) -> Caller:
        if self.credentials is None:
            raise RuntimeError(f"{self.action} is public: nobody is known there.")
        return self.credentials.caller

    def _act(self, request: Request) -> Any:
        handler = getattr(self, str(request.method).lower())
        if request.method in SAFE or self.action in self.outside_transaction:
            return self._answered(handler(request, *self.args, **self.kwargs))
        key = repeats.key_of(request) if self.credentials else ""
        return in_transaction(lambda: self._once(request, handler, key))

    def _once(self, request: Request, handler: Any, key: str) -> Any:
        """Inside the transaction: the effect and its answer, or the answer given when it was done before."""
        if not key:
            return self._answered(handler(request, *self.args, **self.kwargs))
        row = repeats.claim(request, key)
        before = repeats.kept(row)
        if before is not None:
            return Response(before, before.status, headers={"Idempotent-Replayed": "true"})
        response = self._answered(handler(request, *self.args, **self.kwargs))
        told_again = repeats.without_secrets(response.data)
        repeats.keep(row, response.status_code, body_of(self.dialect, told_again, response.status_code))
        return response

    def _answered(self, outcome: Any) -> Any:
        if isinstance(outcome, HttpResponseBase):
            return outcome
        if isinstance(outcome, DomainError):  # Returned, not raised: what was written down before stays.
            return self._refuse(self._problem(outcome))
        if not isinstance(outcome, Answer):
            outcome = Answer(outcome, self.status_of_action())
        return Response(outcome.data, outcome.status, headers=dict(outcome.headers))

    def streamed(self, chunks: Iterator[bytes], *, content_type: str, filename: str) -> HttpResponseBase:
        """An answer that is made while it is sent."""
        headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
        return StreamingHttpResponse(in_current_scope(chunks), content_type=content_type, headers=headers)

    def _problem(self, error: Exception) -> Problem:
        """What went wrong, with the domain's fields under the names that this surface has for them."""
        problem = problem_from(error)
        details = tuple(replace(item, field=self.field_name(item.field)) for item in problem.details)
        return replace(problem, details=details) if isinstance(error, DomainError) else problem

    def field_name(self, name: str) -> str:
        """What this surface calls a field of the domain; for one to override, where that depends on what was sent."""
        return self.field_names.get(name, name)

    def _refuse(self, problem: Problem) -> Response:
        headers = dict(problem.headers)
        status = self.dialect.status_of(problem)
        if status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        if problem.kind is Kind.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(self.allowed_methods)
        return Response(problem, status, headers=headers)

    def _ready(self, response: Any) -> Any:
        for name, value in (self.usage.headers if self.usage else {}).items():
            response[name] = value
        response["Cache-Control"] = "no-store"
        # A page that an action answers with stays as it is, whatever its status.
        response.is_from_view = True
        if isinstance(response, StreamingHttpResponse):
            return response
        response.accepted_renderer = DialectRenderer()
        response.accepted_media_type = "application/json"
        response.renderer_context = {"view": self, "response": response}
        return response

    def status_of_action(self) -> int:
        """The status of this action's usual answer."""
        return self.statuses.get(str(self.action), 201 if self.action == "create" else 200)

    # What handlers use

    def read(self, *, partial: bool = False) -> dict[str, Any]:
        """The body's checked values, by the serializer that `reads` names for this action. Raises ValidationError."""
        serializer = self.reads[self.action](data=self.request.data, partial=partial, context={"dialect": self.dialect})
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def present(self, wanted: QuerySet[Any] | Question, include: frozenset[str] = frozenset()) -> Any:
        """The one row that is wanted, by the serializer that `answers` names. Raises NotFound."""
        return self._presenter(include).one(wanted)

    def found(self, queryset: QuerySet[Any]) -> Any:
        """The key of the one row of `queryset`: a missing record is refused before a bad body. Raises NotFound."""
        if (key := queryset.values_list("pk", flat=True).first()) is None:
            raise NotFound
        return key

    def list_of(self, wanted: Selector | ScopedQuerySet[Any]) -> Page:
        """The page that was asked for, filtered and sorted as the request says, of a queryset's rows, or of a
        selector's: what that wants is compiled once for all requests that do not filter.
        """
        parameters = self.request.query_params
        window = window_of(parameters, self.dialect)
        order = order_of(parameters, self.dialect, self.sort_fields, self.default_sort, self.sort_key)
        if self.filters is not None:
            wanted = filtered(wanted, self.filters, parameters, self.dialect)
        rows = page_of(wanted, order, window.start, window.start + window.size)
        presenter = self._presenter()
        if not self.dialect.counts:
            items = presenter.rows(rows)
            return Page(items, window.number, window.size, len(items))
        return read_page(window, lambda: presenter.rows(rows), lambda: total_of(wanted, self._asked()))

    def included(self, record: Question | None = None) -> frozenset[str]:
        """The optional parts that the request asks for, by comma. An unknown one raises Invalid, or NotFound when the
        record that they are asked of is not there either.
        """
        asked = {part.strip() for part in self.request.query_params.get("include", "").split(",")} - {""}
        known = self.answers[self.action].optional
        if not asked <= known.keys():
            if record is not None:
                self.found(record.queryset())
            raise Invalid(f"Choose from {', '.join(sorted(known))}.", field="include")
        return frozenset(asked)

    def _asked(self) -> str:
        """What a list asks for, whichever page of it and in whatever order: totals are remembered by it."""
        style, dialect = self.dialect.sort_style, self.dialect
        aside = {dialect.page_parameter, dialect.size_parameter, style.by, style.direction}
        asked = sorted((name, value) for name, value in self.request.query_params.items() if name not in aside)
        return f"{type(self).__qualname__}.{self.action}:{sorted(self.kwargs.items())}:{asked}"

    def _presenter(self, include: frozenset[str] = frozenset()) -> Presenter:
        return presenter_for(self.answers[self.action], self.dialect, include)

"""Credentials of a request, read from the headers that its dialect knows: an API key, or a person's access token."""

from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request

from crm.contacts.selectors import caller_in_member_session
from crm.kernel.actors import Actor, ActorKind
from crm.organisations.errors import KeyRefused, SessionRefused
from crm.organisations.models import KeyKind, SessionKind
from crm.organisations.roles import PUBLISHABLE_GRANTS
from crm.organisations.selectors import Caller, caller_in_staff_session, caller_with_key
from crm.web.dialects import Dialect
from crm.web.grants import Audience
from crm.web.tokens import read_access_token

_AUDIENCES = {
    KeyKind.SECRET: (Audience.KEY, ActorKind.KEY),
    KeyKind.PUBLISHABLE: (Audience.PUBLISHABLE_KEY, ActorKind.KEY),
    SessionKind.STAFF: (Audience.STAFF, ActorKind.STAFF),
    SessionKind.MEMBER: (Audience.MEMBER, ActorKind.MEMBER),
}
_IN_SESSION = {SessionKind.STAFF: caller_in_staff_session, SessionKind.MEMBER: caller_in_member_session}


@dataclass(frozen=True, slots=True)
class Credentials:
    """A caller who is known: which audience they belong to, and as whom they act."""

    audience: Audience
    actor: Actor
    caller: Caller

    @property
    def counted_as(self) -> str:
        """What the hourly limit of this caller is counted under: the key, or the person over all their sessions."""
        return f"{self.audience}:{self.caller.id}"


def credentials_of(request: Request, dialect: Dialect) -> Credentials:
    """The caller of `request`; raises KeyRefused or SessionRefused when there is none, or two that differ."""
    for headers in dialect.credential_headers:
        tokens = {token for header in headers if (token := _token(request, header, dialect))}
        if len(tokens) > 1:
            raise KeyRefused
        if tokens:
            return _known(tokens.pop())
    raise KeyRefused


def names_a_person(request: Any, dialect: Dialect) -> bool:
    """Whether the request comes with what should be a person's token, good or not; an application's key is none."""
    return any(_token(request, header, dialect) for header in dialect.credential_headers[0])


def _known(text: str) -> Credentials:
    caller = _caller_with_token(text) if text.count(".") == 2 else caller_with_key(text)
    audience, kind = _AUDIENCES[caller.kind]  # type: ignore[index]
    # A publishable key is public: whatever was ticked for it, it opens what comes before signing in.
    grants = PUBLISHABLE_GRANTS if audience is Audience.PUBLISHABLE_KEY else caller.permissions
    return Credentials(audience, Actor(kind, str(caller.id), grants), caller)


def _caller_with_token(text: str) -> Caller:
    kind, session_id, token = read_access_token(text)
    caller = _IN_SESSION[SessionKind(kind)](session_id)
    told = (token["sub"], token["org"], token["mode"])
    if told != (str(caller.id), str(caller.tenant.organisation_id), caller.tenant.mode):
        raise SessionRefused
    return caller


def _token(request: Request, header: str, dialect: Dialect) -> str:
    # `api_key` reaches WSGI as HTTP_API_KEY, as `api-key` would.
    meta: dict[str, Any] = request.META
    value = str(meta.get(f"HTTP_{header.upper().replace('-', '_')}", "")).strip()
    if header != "Authorization":
        return value
    scheme, _, token = value.partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    if dialect.takes_bare_tokens and not token:
        return value
    return value and f"not a bearer token: {scheme}"

"""Credentials of a request, read from the headers that its dialect knows."""

from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request

from crm.kernel.actors import Actor, ActorKind
from crm.organisations.errors import KeyRefused
from crm.organisations.selectors import Caller, caller_with_key
from crm.web.dialects import Dialect
from crm.web.grants import Audience, audience_of_key


@dataclass(frozen=True, slots=True)
class Credentials:
    """A caller who is known: which audience they belong to, and as whom they act."""

    audience: Audience
    actor: Actor
    caller: Caller


def credentials_of(request: Request, dialect: Dialect) -> Credentials:
    """The caller of `request`; raises KeyRefused when there is none, or two that differ."""
    tokens = {token for header in dialect.credential_headers if (token := _token(request, header))}
    if len(tokens) != 1:
        raise KeyRefused
    caller = caller_with_key(tokens.pop())
    actor = Actor(ActorKind.KEY, str(caller.key_id), caller.permissions)
    return Credentials(audience_of_key(caller.kind), actor, caller)


def _token(request: Request, header: str) -> str:
    # `api_key` reaches WSGI as HTTP_API_KEY, as `api-key` would.
    meta: dict[str, Any] = request.META
    value = str(meta.get(f"HTTP_{header.upper().replace('-', '_')}", "")).strip()
    if header != "Authorization":
        return value
    scheme, _, token = value.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else value and f"not a bearer token: {scheme}"

"""Who may call what: declared on every action, checked at start, printed in the OpenAPI documents."""

from dataclasses import dataclass
from enum import StrEnum

from crm.kernel.actors import Actor
from crm.organisations.models import KeyKind


class Audience(StrEnum):
    STAFF = "staff"
    KEY = "key"
    PUBLISHABLE_KEY = "publishable key"
    MEMBER = "member"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Grant:
    """Callers of these audiences who hold the permission `scope` may call the action. PUBLIC needs no scope."""

    scope: str
    audiences: frozenset[Audience]

    def allows(self, audience: Audience, actor: Actor) -> bool:
        return audience in self.audiences and (audience is Audience.PUBLIC or actor.may(self.scope))


def grant(scope: str, *audiences: Audience) -> Grant:
    return Grant(scope, frozenset(audiences))


def audience_of_key(kind: str) -> Audience:
    return Audience.KEY if kind == KeyKind.SECRET else Audience.PUBLISHABLE_KEY

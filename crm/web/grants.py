"""Who may call what: declared on every action, checked at start, printed in the OpenAPI documents."""

from dataclasses import dataclass
from enum import StrEnum

from crm.kernel.actors import Actor


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

    @property
    def is_public(self) -> bool:
        """Whether no credentials are asked for, nor looked at."""
        return self.audiences == {Audience.PUBLIC}

    def allows(self, audience: Audience, actor: Actor) -> bool:
        return audience in self.audiences and (audience is Audience.PUBLIC or actor.may(self.scope))


def grant(scope: str, *audiences: Audience) -> Grant:
    return Grant(scope, frozenset(audiences))

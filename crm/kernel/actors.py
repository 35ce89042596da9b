"""Who does it: the one type for staff, API keys, members, jobs and the platform's operator."""

from dataclasses import dataclass, field
from enum import StrEnum


class ActorKind(StrEnum):
    OPERATOR = "operator"
    STAFF = "staff"
    KEY = "key"
    MEMBER = "member"
    JOB = "job"


EVERYTHING = frozenset({"*"})


@dataclass(frozen=True, slots=True)
class Actor:
    """Stamped on every event. A grant is `<service>:<resource>:<read|write>`, or `read`, `write`, `*` for any."""

    kind: ActorKind
    id: str
    grants: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    def may(self, grant: str) -> bool:
        """Whether this actor holds `grant`, spelt `<service>:<resource>:<read|write>`."""
        access = grant.rpartition(":")[2]
        return not self.grants.isdisjoint((grant, access, "*"))


def job_actor(name: str) -> Actor:
    """The platform itself, in the person of a job, a task or a command; it may do everything."""
    return Actor(ActorKind.JOB, name, EVERYTHING)

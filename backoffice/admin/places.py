"""Where somebody works in the back office: which organisation, which mode, and as whom."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest

from crm.kernel.actors import EVERYTHING, Actor, ActorKind
from crm.kernel.clock import database_now
from crm.kernel.tenancy import Mode, Scope, Tenant
from crm.organisations.models import Organisation, User
from crm.organisations.roles import Role, grants_of
from crm.organisations.selectors import active_organisations, places_of

SESSION_KEY = "back_office_place"


@dataclass(frozen=True)
class Place:
    organisation: Organisation
    mode: str
    actor: Actor
    role: str

    @property
    def is_test(self) -> bool:
        return self.mode == Mode.TEST

    def scope(self, request_id: str) -> Scope:
        ahead = self.organisation.test_clock_offset if self.is_test else timedelta(0)
        return Scope(Tenant(self.organisation.id, self.mode), self.actor, database_now() + ahead, request_id)


def desks_of(user: User) -> list[tuple[Organisation, Actor, str]]:
    """The organisations that a user may enter, and as whom: staff their own, the operator each."""
    if user.is_operator:
        operator = Actor(ActorKind.OPERATOR, str(user.pk), EVERYTHING)
        return [(organisation, operator, "operator") for organisation in active_organisations()]
    return [
        (place.organisation, Actor(ActorKind.STAFF, str(place.pk), grants_of(place.role)), str(Role(place.role).label))
        for place in places_of(user)
    ]


def place_of(request: HttpRequest) -> Place | None:
    """The place chosen last, else the first one's live mode; None for who may enter nowhere."""
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    desks = desks_of(user)
    if not desks:
        return None
    chosen = request.session.get(SESSION_KEY, {})
    organisation, actor, role = next(
        (desk for desk in desks if str(desk[0].pk) == chosen.get("organisation")), desks[0]
    )
    mode = chosen.get("mode") if str(organisation.pk) == chosen.get("organisation") else None
    return Place(organisation, mode if mode in Mode.values else Mode.LIVE, actor, role)


def choose_place(request: HttpRequest, organisation_id: UUID, mode: str) -> bool:
    """Remember a place in the session; False when the user may not enter it."""
    user = request.user
    may = isinstance(user, User) and any(desk[0].pk == organisation_id for desk in desks_of(user))
    if may and mode in Mode.values:
        request.session[SESSION_KEY] = {"organisation": str(organisation_id), "mode": mode}
        return True
    return False

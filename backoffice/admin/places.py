"""Where somebody works in the back office: which organisation, which mode, and as whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models.functions import Now
from django.http import HttpRequest

from crm.kernel.actors import EVERYTHING, Actor, ActorKind
from crm.kernel.tenancy import Mode, Scope, Tenant
from crm.organisations.models import Organisation, User
from crm.organisations.roles import Role, grants_of
from crm.organisations.selectors import active_organisations, places_of
from crm.web.device import via_of

SESSION_KEY = "back_office_place"


@dataclass(frozen=True)
class Desk:
    """An organisation somebody may enter, as whom, and the database's time when that was read."""

    organisation: Organisation
    actor: Actor
    role: str
    read_at: datetime


@dataclass(frozen=True)
class Place:
    desk: Desk
    mode: str

    @property
    def organisation(self) -> Organisation:
        return self.desk.organisation

    @property
    def is_test(self) -> bool:
        return self.mode == Mode.TEST

    def scope(self, request: HttpRequest) -> Scope:
        ahead = self.organisation.test_clock_offset if self.is_test else timedelta(0)
        tenant, request_id = Tenant(self.organisation.id, self.mode), getattr(request, "request_id", "")
        via = via_of(request, "back office")
        return Scope(tenant, self.desk.actor, self.desk.read_at + ahead, request_id, via)


def desks_of(request: HttpRequest) -> list[Desk]:
    """The organisations that the user may enter: staff their own, the operator each. Read once a request."""
    if not hasattr(request, "desks"):
        user = request.user
        request.desks = _desks_of(user) if isinstance(user, User) and user.is_active else []  # type: ignore[attr-defined]
    desks: list[Desk] = request.desks  # type: ignore[attr-defined]
    return desks


def operator_of(user: User) -> Actor:
    return Actor(ActorKind.OPERATOR, str(user.pk), EVERYTHING)


def _desks_of(user: User) -> list[Desk]:
    if user.is_operator:
        operator = operator_of(user)
        every = active_organisations().annotate(read_at=Now())
        return [Desk(organisation, operator, "operator", organisation.read_at) for organisation in every]
    return [
        Desk(
            place.organisation,
            Actor(ActorKind.STAFF, str(place.pk), grants_of(place.role)),
            str(Role(place.role).label),
            place.read_at,
        )
        for place in places_of(user).annotate(read_at=Now())
    ]


def place_of(request: HttpRequest) -> Place | None:
    """The place chosen last, else the first one's live mode; None for who may enter nowhere."""
    desks = desks_of(request)
    if not desks:
        return None
    chosen = request.session.get(SESSION_KEY, {})
    desk = next((desk for desk in desks if str(desk.organisation.pk) == chosen.get("organisation")), desks[0])
    mode = chosen.get("mode") if str(desk.organisation.pk) == chosen.get("organisation") else None
    return Place(desk, mode if mode in Mode.values else Mode.LIVE)


def choose_place(request: HttpRequest, organisation_id: UUID, mode: str) -> bool:
    """Remember a place in the session; False when the user may not enter it."""
    if any(desk.organisation.pk == organisation_id for desk in desks_of(request)) and mode in Mode.values:
        request.session[SESSION_KEY] = {"organisation": str(organisation_id), "mode": mode}
        return True
    return False

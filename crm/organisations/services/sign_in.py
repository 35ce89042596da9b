from datetime import timedelta
from uuid import UUID

from crm.kernel.actors import Actor, ActorKind
from crm.kernel.clock import database_now
from crm.kernel.events import record
from crm.kernel.guesses import GuessLimit
from crm.kernel.passwords import password_matches
from crm.kernel.tenancy import Mode, Scope, Tenant
from crm.kernel.transactions import atomic
from crm.organisations.errors import WhichOrganisation, WrongSignIn
from crm.organisations.events import StaffSignedIn
from crm.organisations.models import SessionKind, Staff, User
from crm.organisations.selectors import places_of
from crm.organisations.services.sessions import Device, OpenedSession, open_session

LOCKED_FOR = timedelta(minutes=15)
STAFF_GUESSES = GuessLimit("staff", most=5, within=LOCKED_FOR)
# Of one address, whoever is tried from there: an office behind one address must still get in.
ADDRESS_GUESSES = GuessLimit("address", most=100, within=LOCKED_FOR)


def sign_in_staff(
    *, email: str, password: str, device: Device, organisation: str | None = None, mode: str = Mode.LIVE
) -> OpenedSession:
    """A session in one organisation and mode for somebody who works there (s1 §2).

    `organisation` is a short name, needed by who works in several. To be called outside any transaction. Raises
    TooManyGuesses, WrongSignIn, WhichOrganisation, Unavailable.
    """
    key = email.strip().lower()
    ADDRESS_GUESSES.count(device.address or "")
    STAFF_GUESSES.count(key)
    # Two columns, not a row: making a row of the known would show in the time.
    users = User.objects.filter(email=key, is_active=True).values_list("pk", "password")
    user_id, encoded = users.first() or (None, None)
    if not password_matches(password, encoded) or user_id is None:
        raise WrongSignIn
    STAFF_GUESSES.forget(key)
    place = _place(user_id, organisation)
    return _open(place, mode, device)


def _place(user_id: UUID, organisation: str | None) -> Staff:
    places = [place for place in places_of(user_id) if organisation in (None, "", place.organisation.slug)]
    if not places:
        raise WrongSignIn
    if len(places) > 1:
        raise WhichOrganisation
    return places[0]


@atomic
def _open(place: Staff, mode: str, device: Device) -> OpenedSession:
    tenant = Tenant(place.organisation_id, mode)
    opened = open_session(kind=SessionKind.STAFF, subject_id=place.pk, tenant=tenant, device=device)
    scope = Scope(tenant=tenant, actor=Actor(ActorKind.STAFF, str(place.pk)), now=database_now())
    record(StaffSignedIn(staff_id=place.pk, session_id=opened.session.id), scope=scope)
    return opened

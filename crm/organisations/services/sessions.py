from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.functions import Now

from crm.kernel.actors import job_actor
from crm.kernel.clock import real_now
from crm.kernel.events import record
from crm.kernel.tenancy import Scope, Tenant, current_scope, scope_or_none
from crm.kernel.transactions import atomic
from crm.organisations.errors import SessionNotFound, SessionRefused
from crm.organisations.events import SessionEnded
from crm.organisations.models import Session
from crm.organisations.refresh import digest_of, session_of, write_refresh_token

REFRESHED_WITHIN = timedelta(days=30)
REFRESH_USED_TWICE = "refresh token used twice"


@dataclass(frozen=True, slots=True)
class Device:
    """What somebody signs in with."""

    name: str = ""
    address: str | None = None


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """`refresh_token` is known here and now and never again."""

    session: Session
    refresh_token: str


def open_session(*, kind: str, subject_id: UUID, tenant: Tenant, device: Device) -> OpenedSession:
    """A new session of somebody whose right to it has been checked, open for thirty days after its last refresh."""
    session = Session(
        organisation_id=tenant.organisation_id, mode=tenant.mode, kind=kind, subject_id=subject_id,
        device=device.name[:200], address=device.address or None, expires_at=real_now() + REFRESHED_WITHIN,
    )  # fmt: skip
    text = write_refresh_token(session.id)
    session.refresh_digest = digest_of(text)
    session.save(force_insert=True)
    return OpenedSession(session, text)


def refresh_session(*, refresh_token: str, device: Device, kind: str | None = None) -> OpenedSession:
    """Give a new refresh token for one that has not been used; of many at once, one succeeds.

    A token of ours that has been used before ends its session. Works in autocommit: what a refused token does must stay
    done. `kind` asks for sessions of one kind of person; inside a scope only its own are refreshed. Whether the subject
    may still come in, the reader of their session says. Raises SessionRefused.
    """
    session_id = session_of(refresh_token)
    if session_id is None:
        raise SessionRefused
    text = write_refresh_token(session_id)
    living = Session.objects.filter(pk=session_id, ended_at=None, expires_at__gt=Now())
    if kind is not None:
        living = living.filter(kind=kind)
    if scope := scope_or_none():
        living = living.filter(organisation_id=scope.tenant.organisation_id, mode=scope.tenant.mode)
    renewed = living.filter(refresh_digest=digest_of(refresh_token)).update(
        refresh_digest=digest_of(text), expires_at=Now() + REFRESHED_WITHIN, last_seen_at=Now(),
        address=device.address or F("address"),
    )  # fmt: skip
    session = Session.objects.filter(pk=session_id).first()
    if not renewed or session is None:
        _end(living, REFRESH_USED_TWICE)
        raise SessionRefused
    return OpenedSession(session, text)


def end_session(*, session_id: UUID, because: str) -> None:
    """End a session of the open scope; ending it again changes nothing. Raises SessionNotFound."""
    organisation_id, mode = current_scope().tenant
    sessions = Session.objects.filter(organisation_id=organisation_id, mode=mode, pk=session_id)
    if not _end(sessions, because) and not sessions.exists():
        raise SessionNotFound


def end_sessions_of(*, kind: str, subject_id: UUID, because: str, but: UUID | None = None) -> None:
    """End every session of one staff member or contact of the open scope, except `but`."""
    organisation_id, mode = current_scope().tenant
    theirs = Session.objects.filter(organisation_id=organisation_id, mode=mode, kind=kind, subject_id=subject_id)
    _end(theirs.exclude(pk=but) if but else theirs, because)


@atomic
def _end(sessions: QuerySet[Session], because: str) -> int:
    """From the moment this is committed, no request with a token of theirs is let in."""
    open_ones = list(sessions.filter(ended_at=None).select_for_update())
    for session in open_ones:
        session.ended_at, session.ended_because = real_now(), because
        session.save(update_fields=["ended_at", "ended_because"])
        event = SessionEnded(
            session_id=session.id, subject_kind=session.kind, subject=session.subject_id, because=because
        )
        # A refresh token that came twice is no one's doing in any scope: the platform ends the session itself.
        scope = scope_or_none() or Scope(tenant=session.tenant, actor=job_actor("sessions"), now=real_now())
        record(event, scope=scope)
    return len(open_ones)

"""Who is calling, where they work, what time it is there. These tables are read before any scope is open."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from crm.kernel.clock import database_now
from crm.kernel.errors import NotFound
from crm.kernel.tenancy import Mode, ScopedQuerySet, Tenant, current_scope
from crm.organisations.errors import KeyRefused, LiveClock, SessionRefused
from crm.organisations.keys import read_key
from crm.organisations.models import HOURLY_LIMITS, ApiKey, Merchant, Organisation, Session, SessionKind, Staff, User
from crm.organisations.refresh import digest_of, session_of
from crm.organisations.roles import SESSION_GRANTS, grants_of

USE_NOTED_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Caller:
    """What one indexed read tells about the bearer of a key or token: enough to open a scope and to count the request.

    `id` is the key's, the staff member's or the contact's; `kind` a KeyKind or a SessionKind. Who holds a key has no
    session.
    """

    kind: str
    id: UUID
    tenant: Tenant
    permissions: frozenset[str]
    now: datetime
    hourly_limit: int
    session_id: UUID | None = None


# Every request of every API begins with this read; built by the ORM it costs six times as much.
_CALLER = """
SELECT k.id, k.kind, k.organisation_id, k.mode, k.permissions, k.digest, o.plan, o.requests_per_hour,
       statement_timestamp() + CASE k.mode WHEN 'test' THEN o.test_clock_offset ELSE interval '0' END,
       k.last_used_at IS NULL OR k.last_used_at < statement_timestamp() - interval '10 minutes'
FROM organisations_apikey k JOIN organisations_organisation o ON o.id = k.organisation_id
WHERE k.prefix = %s AND k.revoked_at IS NULL AND o.is_active
  AND (k.expires_at IS NULL OR k.expires_at > statement_timestamp())
"""


def caller_with_key(text: str) -> Caller:
    """The caller that an API key's text belongs to; raises KeyRefused, without saying why."""
    parts = read_key(text)
    with connection.cursor() as cursor:
        cursor.execute(_CALLER, [parts.prefix if parts else ""])
        row = cursor.fetchone()
    # One comparison is made in any case, so that an unknown prefix takes as long as a wrong secret.
    matches = hmac.compare_digest(row[5] if row else "0" * 64, parts.digest if parts else "")
    if row is None or not matches:
        raise KeyRefused
    key_id, kind, organisation_id, mode, permissions, _digest, plan, own_limit, now, note_use = row
    if note_use:
        _note_use(key_id)
    return Caller(
        kind=kind,
        id=key_id,
        tenant=Tenant(organisation_id, mode),
        permissions=frozenset(permissions),
        now=now,
        hourly_limit=own_limit or HOURLY_LIMITS[plan],
    )


_STAFF_CALLER = """
SELECT s.id, s.subject_id, s.organisation_id, s.mode, st.role, o.plan, o.requests_per_hour,
       statement_timestamp() + CASE s.mode WHEN 'test' THEN o.test_clock_offset ELSE interval '0' END,
       s.last_seen_at < statement_timestamp() - interval '5 minutes'
FROM organisations_session s
JOIN organisations_organisation o ON o.id = s.organisation_id
JOIN organisations_staff st ON st.id = s.subject_id AND st.organisation_id = s.organisation_id
JOIN organisations_user u ON u.id = st.user_id
WHERE s.id = %s AND s.kind = 'staff' AND s.ended_at IS NULL AND s.expires_at > statement_timestamp()
  AND o.is_active AND st.is_active AND u.is_active
"""


def caller_in_staff_session(session_id: UUID) -> Caller:
    """The staff member whose session this is, with the grants of their role as it is now; raises SessionRefused."""
    with connection.cursor() as cursor:
        cursor.execute(_STAFF_CALLER, [session_id])
        row = cursor.fetchone()
    if row is None:
        raise SessionRefused
    role = row[4]
    return caller_from_session(SessionKind.STAFF, (*row[:4], *row[5:]), grants_of(role) | SESSION_GRANTS)


def caller_from_session(kind: str, row: tuple[Any, ...], grants: frozenset[str]) -> Caller:
    """`row` is (session, subject, organisation, mode, plan, own limit, business time, whether to note the visit)."""
    session_id, subject_id, organisation_id, mode, plan, own_limit, now, note_visit = row
    if note_visit:
        Session.objects.filter(pk=session_id).update(last_seen_at=Now())
    return Caller(
        kind=kind,
        id=subject_id,
        tenant=Tenant(organisation_id, mode),
        permissions=grants,
        now=now,
        hourly_limit=own_limit or HOURLY_LIMITS[plan],
        session_id=session_id,
    )


def staff_in_session(session: Session) -> Staff:
    """The staff member whose session this is, with user and organisation; raises SessionRefused."""
    members = Staff.objects.filter(pk=session.subject_id, organisation_id=session.organisation_id)
    staff = members.select_related("user", "organisation").first()
    if staff is None:
        raise SessionRefused
    return staff


def sessions_of_scope() -> QuerySet[Session]:
    """Every session of the open scope's organisation and mode, the latest seen first."""
    organisation_id, mode = current_scope().tenant
    return Session.objects.filter(organisation_id=organisation_id, mode=mode).order_by("-last_seen_at")


def subject_of_refresh_token(text: str, *, kind: str) -> UUID | None:
    """Whose living session of the open scope this refresh token is of; None for any other text."""
    organisation_id, mode = current_scope().tenant
    living = Session.objects.filter(organisation_id=organisation_id, mode=mode, kind=kind, ended_at=None)
    own = Q(pk=session_of(text), refresh_digest=digest_of(text), expires_at__gt=Now())
    return living.filter(own).values_list("subject_id", flat=True).first()


def _note_use(key_id: UUID) -> None:
    """When a key was last used, to ten minutes: staff want to know which keys are dead, not every call."""
    stale = Q(last_used_at=None) | Q(last_used_at__lt=Now() - USE_NOTED_EVERY)
    ApiKey.objects.filter(stale, pk=key_id).update(last_used_at=Now())


def keys_of_scope() -> QuerySet[ApiKey]:
    """The API keys of the open scope's organisation and mode."""
    organisation_id, mode = current_scope().tenant
    return ApiKey.objects.filter(organisation_id=organisation_id, mode=mode)


def staff_of_organisation() -> QuerySet[Staff]:
    """The open scope's staff, in both modes alike."""
    return Staff.objects.filter(organisation_id=current_scope().tenant.organisation_id).select_related("user")


def places_of(user: User | UUID) -> QuerySet[Staff]:
    """Where a user may work now, by the organisation's name."""
    places = Staff.objects.filter(user=user, is_active=True, organisation__is_active=True)
    return places.select_related("organisation").order_by("organisation__name")


def active_organisations() -> QuerySet[Organisation]:
    """Every organisation in use, the oldest first."""
    return Organisation.objects.filter(is_active=True).order_by("created_at")


def organisation_of_scope() -> Organisation:
    return Organisation.objects.get(pk=current_scope().tenant.organisation_id)


def organisation_called(slug: str) -> Organisation:
    """The organisation of that short name; raises NotFound."""
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        raise NotFound
    return organisation


def ensure_test_mode() -> None:
    """Raises LiveClock when the open scope is live mode."""
    if current_scope().tenant.mode != Mode.TEST:
        raise LiveClock


def clock_of(tenant: Tenant) -> datetime:
    """Business time of a tenant: the database's, in test mode moved ahead; raises NotFound."""
    found = Organisation.objects.filter(pk=tenant.organisation_id).values_list("test_clock_offset", flat=True).first()
    if found is None:
        raise NotFound
    return database_now() + (found if tenant.mode == Mode.TEST else timedelta(0))


def all_tenants() -> list[Tenant]:
    """Both modes of every active organisation, in a stable order: what jobs walk through."""
    ids = active_organisations().values_list("id", flat=True)
    return [Tenant(organisation_id, mode) for organisation_id in ids for mode in Mode.values]


def merchants() -> ScopedQuerySet[Merchant]:
    """The businesses in the network that are in use, by name."""
    return Merchant.objects.filter(is_active=True).order_by("name")

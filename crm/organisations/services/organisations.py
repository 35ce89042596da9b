from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.kernel.actors import Actor
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import database_now
from crm.kernel.errors import NotFound
from crm.kernel.events import record
from crm.kernel.tenancy import Mode, Scope, Tenant, current_scope
from crm.kernel.transactions import atomic
from crm.organisations.errors import BadClock, SlugTaken
from crm.organisations.events import ClockMoved, OrganisationChanged, OrganisationOpened
from crm.organisations.models import Organisation, Plan
from crm.organisations.selectors import ensure_test_mode

FURTHEST_AHEAD = timedelta(days=36_525)


def open_organisation(
    *, name: str, slug: str, actor: Actor, plan: str = Plan.STANDARD, requests_per_hour: int | None = None
) -> Organisation:
    """A new tenant with an empty live and test mode; each mode's programme defaults follow in the worker.

    Works outside any scope, since no tenant exists yet. Raises SlugTaken, Invalid.
    """
    organisation = Organisation(name=name, slug=slug, plan=plan, requests_per_hour=requests_per_hour)
    check_row(organisation)
    with transaction.atomic():
        try:
            with transaction.atomic():
                organisation.save(force_insert=True)
        except IntegrityError:
            raise SlugTaken from None
        for mode in Mode:
            scope = Scope(tenant=Tenant(organisation.id, mode), actor=actor, now=database_now())
            record(OrganisationOpened(organisation_id=organisation.id), scope=scope)
    return organisation


@atomic
def change_organisation(*, organisation_id: UUID, actor: Actor, **values: Any) -> Organisation:
    """Change name, plan, limit, zone, currency or activity; recorded in live mode.

    Raises NotFound, Invalid, SlugTaken.
    """
    organisation = Organisation.objects.select_for_update().filter(pk=organisation_id).first()
    if organisation is None:
        raise NotFound
    changes = apply_changes(organisation, values)
    check_row(organisation)
    if changes:
        try:
            with transaction.atomic():
                organisation.save()
        except IntegrityError:
            raise SlugTaken from None
        scope = Scope(tenant=Tenant(organisation.id, Mode.LIVE), actor=actor, now=database_now())
        record(OrganisationChanged(organisation_id=organisation.id), changes=changes, scope=scope)
    return organisation


@atomic
def move_test_clock(*, to: datetime | None) -> datetime:
    """Move the business time of this organisation's test mode forward, or back to the real time; the new time.

    Requests that are under way keep the time they began with. Raises LiveClock, BadClock.
    """
    ensure_test_mode()
    organisation = Organisation.objects.select_for_update().get(pk=current_scope().tenant.organisation_id)
    real = database_now()
    ahead = timedelta(0) if to is None else to - real
    if to is not None and not organisation.test_clock_offset <= ahead <= FURTHEST_AHEAD:
        raise BadClock
    organisation.test_clock_offset = ahead
    organisation.save(update_fields=["test_clock_offset"])
    record(ClockMoved(organisation_id=organisation.id, now=to.isoformat() if to else ""))
    return to or real

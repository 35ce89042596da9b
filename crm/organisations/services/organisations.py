from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.kernel.actors import Actor
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import database_now
from crm.kernel.errors import NotFound
from crm.kernel.events import record
from crm.kernel.tenancy import Mode, Scope, Tenant
from crm.organisations.errors import SlugTaken
from crm.organisations.events import OrganisationChanged, OrganisationOpened
from crm.organisations.models import Organisation, Plan


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


@transaction.atomic
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

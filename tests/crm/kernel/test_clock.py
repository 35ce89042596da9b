"""Business time is read once where a scope is entered (where-they-meet.md, "Test clock")."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from crm.kernel.actors import job_actor
from crm.kernel.clock import database_now, now, real_now
from crm.kernel.entrances import all_tenants, business_time, scope_for
from crm.kernel.errors import NotFound
from crm.kernel.ids import new_id
from crm.kernel.tenancy import Mode, Tenant
from crm.organisations.models import Organisation
from tests.cast import Cast, World


def test_inside_a_scope_time_stands_still(acme: World) -> None:
    with acme.scope() as scope:
        assert now() == now() == scope.now
        assert real_now() > scope.now


def test_outside_a_scope_it_is_the_real_time() -> None:
    with time_machine.travel(datetime(2030, 1, 2, 3, tzinfo=UTC), tick=False):
        assert now() == real_now() == datetime(2030, 1, 2, 3, tzinfo=UTC)


def test_a_scope_reads_the_databases_clock_not_the_machines(acme: World) -> None:
    truth = database_now()
    with time_machine.travel(truth + timedelta(hours=1)), acme.scope() as scope:
        assert abs(scope.now - truth) < timedelta(minutes=1)


def test_the_databases_clock_goes_on_inside_a_transaction(db: Any) -> None:
    first = database_now()
    assert first < database_now()
    assert first.utcoffset() == timedelta(0)


def test_test_mode_may_run_ahead_of_live_mode(acme: World, rehearsal: World) -> None:
    Organisation.objects.filter(pk=acme.organisation.id).update(test_clock_offset=timedelta(days=30))
    with acme.scope() as scope:
        live = scope.now
    with rehearsal.scope() as scope:
        assert timedelta(days=30) <= scope.now - live < timedelta(days=30, minutes=1)
    assert abs(live - real_now()) < timedelta(minutes=1)


def test_an_unknown_tenant_has_no_time_and_no_scope(db: Any) -> None:
    stranger = Tenant(new_id(), Mode.LIVE)
    with pytest.raises(NotFound):
        business_time(stranger)
    with pytest.raises(NotFound), scope_for(stranger, job_actor("x")):
        pass


def test_jobs_go_through_both_modes_of_active_organisations_in_a_stable_order(cast: Cast) -> None:
    acme, rival = cast.acme.organisation.id, cast.rival.organisation.id
    assert all_tenants() == [Tenant(key, mode) for key in (acme, rival) for mode in ("live", "test")]
    Organisation.objects.filter(pk=acme).update(is_active=False)
    assert {tenant.organisation_id for tenant in all_tenants()} == {rival}

"""S1 `/notification/api/test-clock` (where-they-meet.md, "Test clock")."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm.kernel.audit import events_of_scope
from crm.kernel.clock import real_now
from crm.organisations.models import Organisation
from tests.backoffice.services.wire import complaints, data, error, staff_api
from tests.cast import World

CLOCK = "/notification/api/test-clock"
NEAR = timedelta(seconds=20)


def told(answer: Any) -> datetime:
    return datetime.fromisoformat(data(answer)["now"])


def in_days(number: float) -> str:
    return (real_now() + timedelta(days=number)).isoformat()


def offset_of(world: World) -> timedelta:
    return Organisation.objects.get(pk=world.organisation.pk).test_clock_offset


def test_the_clock_moves_forward_and_goes_on_from_there(rehearsal: World) -> None:
    target = in_days(10)
    moved = told(rehearsal.api.post(CLOCK, {"now": target}))
    assert abs(moved - datetime.fromisoformat(target)) < timedelta(milliseconds=1)
    read = told(rehearsal.api.get(CLOCK))
    assert moved <= read < moved + NEAR
    with rehearsal.scope() as scope:
        assert abs(scope.now - moved) < NEAR


def test_it_moves_test_mode_of_this_organisation_alone(acme: World, rehearsal: World, rival: World) -> None:
    rehearsal.api.post(CLOCK, {"now": in_days(10)})
    for other in (acme, rival):
        assert abs(told(other.api.get(CLOCK)) - real_now()) < NEAR
    assert offset_of(rival) == timedelta(0)


def test_it_never_moves_backwards_but_for_null(rehearsal: World) -> None:
    rehearsal.api.post(CLOCK, {"now": in_days(10)})
    for back in (in_days(9), in_days(-1), "2001-01-01T00:00:00Z"):
        assert set(complaints(rehearsal.api.post(CLOCK, {"now": back}))) == {"now"}
    assert offset_of(rehearsal) > timedelta(days=9, hours=23)
    assert abs(told(rehearsal.api.post(CLOCK, {"now": None})) - real_now()) < NEAR
    assert offset_of(rehearsal) == timedelta(0)
    assert complaints(rehearsal.api.post(CLOCK, {"now": in_days(-1)}))


@pytest.mark.parametrize(
    "body", [{}, {"now": "soon"}, {"now": 5}, {"now": "9999-12-31T23:59:59Z"}, {"now": "2026-12-01", "x": 1}, []]
)
def test_nonsense_is_refused(rehearsal: World, body: Any) -> None:
    error(rehearsal.api.post(CLOCK, body), 400)
    assert offset_of(rehearsal) == timedelta(0)


def test_a_moment_of_another_zone_is_understood(rehearsal: World) -> None:
    target = (real_now() + timedelta(days=2)).replace(microsecond=0)
    written = target.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    assert told(rehearsal.api.post(CLOCK, {"now": written})) == target


def test_the_live_clock_cannot_be_moved_by_anybody(acme: World, rehearsal: World) -> None:
    assert "test mode" in error(acme.api.post(CLOCK, {}), 403)["message"]
    error(staff_api(rehearsal, "owner").post(CLOCK, {"now": in_days(1)}), 403)
    error(rehearsal.key_with("read").post(CLOCK, {"now": in_days(1)}), 403)
    assert offset_of(acme) == timedelta(0)


def test_staff_and_keys_may_look(acme: World) -> None:
    assert abs(told(staff_api(acme, "analyst").get(CLOCK)) - real_now()) < NEAR


def test_moving_it_is_recorded(rehearsal: World) -> None:
    rehearsal.api.post(CLOCK, {"now": in_days(1)})
    with rehearsal.scope():
        assert events_of_scope().filter(name="test_clock.moved").count() == 1

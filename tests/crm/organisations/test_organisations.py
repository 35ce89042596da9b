"""Tenants are opened and changed."""

from typing import Any

import pytest

from crm.kernel.actors import Actor, ActorKind, job_actor
from crm.kernel.audit import events_about, undelivered_events
from crm.kernel.errors import Invalid, NotFound
from crm.kernel.models import Event
from crm.kernel.tasks import deliver
from crm.organisations.errors import SlugTaken
from crm.organisations.events import OrganisationOpened
from crm.organisations.models import Organisation
from crm.organisations.selectors import active_organisations, organisation_called, organisation_of_scope
from crm.organisations.services import change_organisation, open_organisation
from loyalty.tiers.selectors import tiers
from tests.cast import Cast, World

pytestmark = pytest.mark.django_db
OPERATOR = Actor(ActorKind.OPERATOR, "operator-1")


def opened(**values: Any) -> Organisation:
    given: dict[str, Any] = {"name": "Corner Shop", "slug": "corner-shop", "actor": OPERATOR, **values}
    return open_organisation(**given)


def number_of_organisations() -> tuple[int, int]:
    """How many there are, and how many events tell of one."""
    return Organisation.objects.count(), Event.objects.filter(name="organisation.opened").count()


def change(organisation: Organisation, **values: Any) -> Organisation:
    return change_organisation(organisation_id=organisation.id, actor=OPERATOR, **values)


def test_an_organisation_begins_with_the_defaults() -> None:
    organisation = opened()
    organisation.refresh_from_db()
    assert (organisation.name, organisation.slug, organisation.plan) == ("Corner Shop", "corner-shop", "standard")
    assert (organisation.zone, organisation.currency, organisation.is_active) == ("UTC", "USD", True)
    assert organisation.hourly_limit == 1_000


def test_each_mode_gets_an_event_of_its_own_from_the_actor() -> None:
    organisation = opened()
    events = Event.objects.filter(name="organisation.opened", subject_id=str(organisation.id))
    assert {event.mode for event in events} == {"live", "test"}
    assert len(events) == 2
    for event in events:
        assert (event.organisation_id, event.actor_kind, event.actor_id) == (organisation.id, "operator", "operator-1")


def test_the_programme_of_each_mode_follows_in_the_worker() -> None:
    organisation = opened()
    for event in Event.objects.filter(subject_id=str(organisation.id)):
        world = World(organisation, event.mode)
        with world.scope():
            assert undelivered_events(OrganisationOpened)
            assert not tiers().exists()
        assert deliver(event.pk)
        with world.scope():
            assert [tier.slug for tier in tiers()] == ["bronze", "silver", "gold", "platinum"]


def test_a_short_name_belongs_to_one_organisation() -> None:
    opened()
    before = number_of_organisations()
    with pytest.raises(SlugTaken) as refusal:
        opened(name="Other")
    assert refusal.value.field == "slug"
    assert number_of_organisations() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 101), ("slug", ""), ("slug", "no blanks"), ("slug", "x" * 41), ("slug", "ünder"),
     ("plan", "gold"), ("requests_per_hour", -1)],
)  # fmt: skip
def test_what_cannot_be_is_refused_on_its_field(field: str, value: Any) -> None:
    before = number_of_organisations()
    with pytest.raises(Invalid) as refusal:
        opened(**{field: value})
    assert [complaint.field for complaint in refusal.value.complaints] == [field]
    assert number_of_organisations() == before


@pytest.mark.parametrize(("plan", "own", "limit"), [("enterprise", None, 100_000), ("standard", 50, 50)])
def test_plan_and_agreement_may_be_given(plan: str, own: int | None, limit: int) -> None:
    assert opened(plan=plan, requests_per_hour=own).hourly_limit == limit


def test_a_change_is_recorded_in_live_mode() -> None:
    organisation = opened()
    change(organisation, zone="Asia/Nicosia", currency="JPY", name="Corner Shop")
    event = Event.objects.get(name="organisation.changed")
    assert (event.organisation_id, event.mode, event.actor_id) == (organisation.id, "live", "operator-1")
    assert event.changes == {"zone": ["UTC", "Asia/Nicosia"], "currency": ["USD", "JPY"]}
    organisation.refresh_from_db()
    assert (organisation.zone, organisation.currency) == ("Asia/Nicosia", "JPY")


def test_a_change_that_changes_nothing_is_not_recorded() -> None:
    change(opened(), name="Corner Shop")
    assert not Event.objects.filter(name="organisation.changed").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("zone", "Mars/Olympus"), ("zone", "utc+2"), ("currency", "ZZZ"), ("currency", "EURO"), ("name", ""),
     ("plan", "x")],
)  # fmt: skip
def test_a_change_to_what_cannot_be_is_refused(field: str, value: str) -> None:
    organisation = opened()
    with pytest.raises(Invalid) as refusal:
        change(organisation, **{field: value})
    assert {complaint.field for complaint in refusal.value.complaints} == {field}
    assert not Event.objects.filter(name="organisation.changed").exists()


def test_a_short_name_is_not_taken_over(cast: Cast) -> None:
    with pytest.raises(SlugTaken):
        change(cast.acme.organisation, slug="rival")
    assert organisation_called("acme") == cast.acme.organisation


def test_an_unknown_organisation_is_not_found() -> None:
    with pytest.raises(NotFound):
        change_organisation(organisation_id=Event().id, actor=OPERATOR, name="x")


def test_organisations_are_found_by_short_name_and_by_scope(cast: Cast) -> None:
    assert organisation_called("rival") == cast.rival.organisation
    with pytest.raises(NotFound):
        organisation_called("nobody")
    with cast.rival.scope():
        assert organisation_of_scope() == cast.rival.organisation


def test_organisations_out_of_use_are_not_active(cast: Cast) -> None:
    assert list(active_organisations()) == [cast.acme.organisation, cast.rival.organisation]
    change(cast.acme.organisation, is_active=False)
    assert list(active_organisations()) == [cast.rival.organisation]


def test_an_organisation_may_be_opened_inside_another_ones_scope(acme: World) -> None:
    with acme.scope():
        organisation = open_organisation(name="Branch", slug="branch", actor=job_actor("demo"))
        assert not events_about("organisation", organisation.id).exists()
    assert Event.objects.filter(organisation_id=organisation.id).count() == 2

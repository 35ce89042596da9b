"""What only the operator sees: organisations and schedules."""

import pytest
from django.test import Client
from django_celery_beat.models import PeriodicTask

from crm.kernel.models import Event
from crm.organisations.models import Organisation
from tests.backoffice.admin.forms import errors_of, send
from tests.backoffice.admin.pages import PAGES, address, browser_of
from tests.backoffice.admin.trail import written
from tests.cast import Cast, World


@pytest.fixture
def operator(cast: Cast) -> Client:
    return browser_of(cast, "operator")


def test_the_operator_opens_an_organisation_and_enters_it(operator: Client) -> None:
    send(operator, address("organisations.Organisation", "add"), name="New", slug="new", requests_per_hour="60")
    new = Organisation.objects.get(slug="new")
    assert (new.plan, new.hourly_limit, new.zone, new.currency) == ("standard", 60, "UTC", "USD")
    opened = Event.objects.filter(name="organisation.opened", organisation_id=new.pk)
    assert {(event.mode, event.actor_kind) for event in opened} == {("live", "operator"), ("test", "operator")}
    operator.post("/admin/switch/", {"to": f"{new.pk}:live"})
    assert operator.get("/admin/").context["place"].organisation == new


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"zone": "Mars/Olympus"}, "zone"), ({"currency": "XXQ"}, "currency"), ({"name": ""}, "name"),
     ({"requests_per_hour": "-5"}, "requests_per_hour")],
)  # fmt: skip
def test_an_organisation_that_cannot_be_is_told_at_its_field(
    acme: World, operator: Client, changes: dict[str, str], field: str
) -> None:
    path = address("organisations.Organisation", "change", acme.organisation.pk)
    assert list(errors_of(send(operator, path, **changes))) == [field]
    taken = send(operator, address("organisations.Organisation", "add"), name="Again", slug="acme")
    assert list(errors_of(taken)) == ["slug"]


@pytest.mark.parametrize("slug", ["acme", "rival"])
def test_changing_an_organisation_shows_in_its_history(cast: Cast, operator: Client, slug: str) -> None:
    organisation = Organisation.objects.get(slug=slug)
    send(operator, address("organisations.Organisation", "change", organisation.pk), zone="Asia/Nicosia")
    text = operator.get(address("organisations.Organisation", "history", organisation.pk)).content.decode()
    assert "Asia/Nicosia" in text


def test_changing_a_schedule_is_recorded(cast: Cast, operator: Client) -> None:
    key, before = PAGES["django_celery_beat.PeriodicTask"].row(cast.acme, "tidy"), written()
    send(operator, address("django_celery_beat.PeriodicTask", "change", key), enabled=None)
    assert not PeriodicTask.objects.get(pk=key).enabled
    assert written()[0] == before[0] + 1

"""S4 `/leads/nurture/start`: eligible leads enter, due steps run, and a second call does nothing (s4 §6, 15)."""

import pytest

from tests.builders import a_lead, an_interaction
from tests.cast import World

pytestmark = pytest.mark.django_db
START = "/dev/crm/leads/nurture/start"
NOTHING = {"enrolled": 0, "already": 0, "skipped": {}, "steps_run": 0, "deferred": 0}


def start(world: World) -> dict[str, object]:
    answer = world.api.post(START)
    assert answer.status_code == 200, answer.content
    return dict(answer.json()["data"])


def test_asked_twice_the_second_time_does_nothing(acme: World) -> None:
    lead = a_lead(acme, score=50)
    first = start(acme)
    assert (first["enrolled"], first["already"], first["skipped"]) == (1, 0, {})
    assert start(acme) == NOTHING
    told = acme.api.get("/notification/api/communications").json()
    assert first["steps_run"] in (0, 1), told
    if first["steps_run"]:
        said = acme.api.get(f"/dev/crm/leads/{lead}/interactions").json()["data"]
        assert [one["type"] for one in said] == ["email"]
        assert acme.api.get(f"/dev/crm/leads/{lead}").json()["data"]["status"] == "contacted"


def test_nobody_eligible_is_no_error(acme: World) -> None:
    an_interaction(acme, a_lead(acme, score=90), next_action="Call")
    assert start(acme) == NOTHING


def test_the_other_mode_and_organisation_are_left_alone(acme: World, rehearsal: World, rival: World) -> None:
    a_lead(rehearsal, score=50)
    a_lead(rival, score=50)
    assert start(acme) == NOTHING
    assert start(rehearsal)["enrolled"] == 1


def test_the_second_mount_is_the_same(acme: World) -> None:
    a_lead(acme, score=50)
    assert acme.api.post("/v1/dev/crm/leads/nurture/start").json()["data"]["enrolled"] == 1


def test_a_key_that_may_only_read_starts_nothing(acme: World) -> None:
    assert acme.key_with("crm:leads:read").post(START).status_code == 403
    assert acme.api.get(START).status_code == 405

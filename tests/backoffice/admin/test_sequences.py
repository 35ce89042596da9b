"""Staff write sequences, see who is inside, and start or stop one for a lead."""

from typing import Any

import pytest

from crm.nurturing.models import Enrolment, Sequence, SequenceVersion, Step
from tests.builders import a_lead
from tests.cast import World
from tests.crm.nurturing.sequences import MAIL, TASK, a_sequence, inside, tick, wait

pytestmark = pytest.mark.django_db


def steps_form(*steps: dict[str, Any], **goal: str) -> dict[str, Any]:
    data: dict[str, Any] = {"form-TOTAL_FORMS": len(steps), "form-INITIAL_FORMS": 0, "goal_field": "", **goal}
    for number, step in enumerate(steps):
        filled = {"delay": "0", "delay_unit": "day", "ORDER": str(number + 1), **step}
        data |= {f"form-{number}-{name}": value for name, value in filled.items()}
    return data


def a_draft(acme: World) -> Sequence:
    with acme.scope():
        return Sequence.objects.create(name="Welcome", created_at=acme.organisation.created_at)


def test_a_sequence_is_made_its_steps_written_previewed_and_published(acme: World) -> None:
    a_sequence(acme, MAIL, name="Other")
    manager = acme.browser_of("manager")
    values = {"name": "Welcome", "priority": "100", "entry_stages": ["new"], "entry_score": "30", "entry_quiet_days": 7}
    assert manager.post("/admin/nurturing/sequence/add/", values).status_code == 302
    with acme.scope():
        sequence = Sequence.objects.get(name="Welcome")
    folder = f"/admin/nurturing/sequence/{sequence.pk}"
    assert "No steps yet." in manager.get(f"{folder}/steps/").content.decode()
    sent = steps_form(
        {"kind": "email", "template_key": "news", "title": "left out"},
        {"kind": "branch", "field": "company", "test": "is_set", "values": "", "otherwise": "", "delay": "2"},
        {"kind": "task", "title": "Call them", "ORDER": "2"},
        {"kind": "", "ORDER": ""},
    )
    assert manager.post(f"{folder}/steps/", sent).status_code == 302
    page = manager.get(f"{folder}/steps/").content.decode()
    assert "Hello Ann" in page
    assert "Publish" in manager.get(f"{folder}/publish/").content.decode()
    manager.post(f"{folder}/publish/")
    with acme.scope():
        steps = Step.objects.filter(version__sequence=sequence).order_by("position")
        assert list(steps.values_list("kind", "title")) == [("email", ""), ("branch", ""), ("task", "Call them")]
        assert Sequence.objects.get(name="Welcome").state == "active"
    assert "Version 1" in manager.get(f"{folder}/change/").content.decode()


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ({"kind": "task", "title": ""}, "say what is to be done"),
        ({"kind": "fax"}, "Select a valid choice"),
        ({"kind": "email", "template_key": "foreign"}, "Select a valid choice"),
        ({"kind": "wait", "delay": "x"}, "whole number"),
        ({"kind": "", "title": "What?"}, "This field is required"),
    ],
)
def test_a_bad_step_is_told_and_nothing_is_lost(acme: World, step: dict[str, str], told: str) -> None:
    sequence = a_draft(acme)
    answer = acme.browser_of("manager").post(
        f"/admin/nurturing/sequence/{sequence.pk}/steps/", steps_form({"kind": "task", "title": "Keep me"}, step)
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert told in page
    assert "Keep me" in page
    with acme.scope():
        assert not Step.objects.exists()


def test_looking_at_the_steps_writes_nothing(acme: World) -> None:
    sequence = a_sequence(acme, TASK)
    acme.browser_of("manager").get(f"/admin/nurturing/sequence/{sequence.pk}/steps/")
    with acme.scope():
        assert SequenceVersion.objects.count() == 1


def test_figures_of_each_step_are_shown(acme: World) -> None:
    enrolment = inside(acme, MAIL, wait(2))
    tick(acme)
    page = acme.browser_of("analyst").get(f"/admin/nurturing/sequence/{enrolment.sequence_id}/change/").content.decode()
    assert "<td>0</td><td>1</td><td>0</td>" in page
    assert "Write the steps" not in page


def test_a_sequence_is_started_for_a_lead_and_stopped(acme: World) -> None:
    sequence, lead, agent = a_sequence(acme, wait(2)), a_lead(acme), acme.browser_of("agent")
    assert "Start a sequence" in agent.get(f"/admin/leads/lead/{lead}/change/").content.decode()
    for told in ("is in the sequence", "is in it already"):
        answer = agent.post(f"/admin/leads/lead/{lead}/enrol/", {"sequence": str(sequence.pk)}, follow=True)
        assert told in answer.content.decode()
    with acme.scope():
        enrolment = Enrolment.objects.get()
    page = f"/admin/nurturing/enrolment/{enrolment.pk}"
    assert "Stop" in agent.get(f"{page}/change/").content.decode()
    for _ in range(2):
        assert agent.post(f"{page}/stop/").status_code == 302
    with acme.scope():
        assert Enrolment.objects.get().reason == "by_hand"


def test_a_sequence_of_another_place_is_no_choice(acme: World, rival: World) -> None:
    foreign, lead = a_sequence(rival, TASK), a_lead(acme)
    answer = acme.browser_of("agent").post(f"/admin/leads/lead/{lead}/enrol/", {"sequence": str(foreign.pk)})
    assert "Select a valid choice" in answer.content.decode()
    for deed in ("steps", "publish", "archive", "reopen"):
        assert acme.browser_of("manager").post(f"/admin/nurturing/sequence/{foreign.pk}/{deed}/").status_code == 404


@pytest.mark.parametrize("deed", ["steps", "publish", "archive", "reopen"])
def test_who_may_only_read_does_nothing(acme: World, deed: str) -> None:
    sequence = a_sequence(acme, TASK)
    assert acme.browser_of("analyst").post(f"/admin/nurturing/sequence/{sequence.pk}/{deed}/").status_code == 404


def test_archiving_may_stop_everybody(acme: World) -> None:
    enrolment, manager = inside(acme, wait(2)), acme.browser_of("manager")
    folder = f"/admin/nurturing/sequence/{enrolment.sequence_id}"
    assert "stop it for everybody" in manager.get(f"{folder}/archive/?everybody=1").content.decode()
    manager.post(f"{folder}/archive/?everybody=1")
    with acme.scope():
        assert Enrolment.objects.get().reason == "archived"
    manager.post(f"{folder}/reopen/")
    with acme.scope():
        assert Sequence.objects.get().state == "active"

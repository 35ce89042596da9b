"""S2 `/contacts/{id}/communications`, `/communications/{id}` and its actions (s2 §B4)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.contacts.selectors import recipients_with
from crm.messaging.models import Communication
from crm.messaging.recipients import Recipient
from crm.messaging.services import define_sender
from tests.builders import a_push_device
from tests.cast import Cast, World
from tests.crm.messaging.letters import NOON, a_message, a_template, events_of, send, stored
from tests.members import BASE, Member, a_member

pytestmark = pytest.mark.django_db
FIELDS = {
    "id", "life_cycle_state", "contact_id", "channel", "is_viewed", "viewed_on", "is_archived", "clicked_on",
    "language", "sender", "recipient", "content", "subject", "name", "created_on",
}  # fmt: skip
MORE_OF_ONE = {"contact", "title", "subtitle", "in_app_image_url", "in_app_click_link_url"}
DAY = timedelta(days=1)


@pytest.fixture
def ann(acme: World) -> Member:
    a_template(acme)
    return a_member(acme, "ann@example.com")


def letter(member: Member, cause: str = "c1", days: int = 0, **values: Any) -> Communication:
    recipient = Recipient(email="ann@example.com", name="Ann Lee", contact_id=UUID(str(member.id)))
    return a_message(member.world, cause, NOON + days * DAY, recipient=recipient, **values)


def listed(member: Member, **query: Any) -> dict[str, Any]:
    answer = member.api.get(f"{member.path}/communications", **query)
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def marked(member: Member, message: Communication, body: Any) -> Any:
    return member.api.put(f"{BASE}/communications/{message.pk}/actions", body)


def test_messages_are_listed_the_latest_first(ann: Member) -> None:
    first, second = letter(ann, "c1"), letter(ann, "c2", days=1)
    told = listed(ann)
    assert [one["id"] for one in told["content"]] == [str(second.pk), str(first.pk)]
    assert told["paging"] == {"page": 1, "size": 10, "total": 2}
    assert set(told["content"][0]) == FIELDS
    assert listed(ann, sort="CREATED_DATE", order="ASC")["content"][0]["id"] == str(first.pk)
    assert listed(ann, size=1, page=2)["content"][0]["id"] == str(first.pk)


def test_a_message_says_where_it_stands_and_from_whom_it_is(ann: Member) -> None:
    with ann.world.scope():
        define_sender(channel="email", name="Acme", address="hello@acme.example", is_default=True)
    message = letter(ann)
    (told,) = listed(ann)["content"]
    assert (told["life_cycle_state"], told["channel"], told["recipient"]) == ("PENDING", "EMAIL", "ann@example.com")
    assert (told["sender"], told["subject"], told["name"]) == ("hello@acme.example", "Hello Ann", "News")
    assert (told["is_viewed"], told["viewed_on"], told["is_archived"], told["clicked_on"]) == (False, None, False, None)
    assert told["created_on"] == int(NOON.timestamp())
    assert send(ann.world)
    assert listed(ann)["content"][0]["life_cycle_state"] == "COMPLETED"
    one = ann.api.get(f"{BASE}/communications/{message.pk}").json()
    assert set(one) == FIELDS | MORE_OF_ONE
    assert one["contact"] == {"id": str(ann.id), "name": "Ann Lee", "code": UUID(str(ann.id)).hex[-8:].upper()}


def test_what_stands_in_the_app_is_told_whole(ann: Member) -> None:
    extras = {"subtitle": "For you", "image_url": "https://cdn.example/a.png", "click_url": "https://acme.example/x"}
    a_push_device(ann.world, UUID(ann.id))
    for channel in ("inapp", "device"):
        a_template(ann.world, channel, channel=channel, body="Dear {{ name }}", **extras)
        with ann.world.scope():
            recipient = recipients_with([UUID(ann.id)])[UUID(ann.id)]
        message = a_message(ann.world, channel, recipient=recipient, template_key=channel)
        assert send(ann.world) == 1
        one = ann.api.get(f"{BASE}/communications/{message.pk}").json()
        assert set(one) == FIELDS | MORE_OF_ONE
        assert (one["channel"], one["life_cycle_state"]) == (channel.upper(), "COMPLETED")
        assert (one["title"], one["subtitle"], one["content"]) == ("Hello Ann", "For you", "Dear Ann Lee")
        assert one["in_app_image_url"] == "https://cdn.example/a.png"
        assert one["in_app_click_link_url"] == "https://acme.example/x"
        assert [row["id"] for row in listed(ann, channel=channel.upper())["content"]] == [str(message.pk)]
    mail = ann.api.get(f"{BASE}/communications/{letter(ann).pk}").json()
    assert {mail[name] for name in MORE_OF_ONE - {"contact"}} == {""}


def test_viewing_is_noted_once_and_archiving_both_ways(ann: Member) -> None:
    message = letter(ann)
    assert marked(ann, message, {"viewed": "true"}).json() == {"id": str(message.pk)}
    viewed_at = stored(ann.world, message).viewed_at
    assert viewed_at is not None
    for body in ({"viewed": True}, {"viewed": False}, {}):
        assert marked(ann, message, body).status_code == 200
    assert stored(ann.world, message).viewed_at == viewed_at
    assert listed(ann)["content"][0]["viewed_on"] == int(viewed_at.timestamp())
    for archived in (True, False, True):
        marked(ann, message, {"archived": archived})
        assert listed(ann)["content"][0]["is_archived"] is archived
    assert events_of(ann.world, message).count("message.marked") == 4


def test_lists_are_narrowed_by_channel_and_by_what_was_done(ann: Member) -> None:
    seen, unseen = letter(ann, "c1"), letter(ann, "c2")
    marked(ann, seen, {"viewed": True, "archived": True})
    for name in ("viewed", "archived"):
        assert [one["id"] for one in listed(ann, **{name: "TRUE"})["content"]] == [str(seen.pk)]
        assert len(listed(ann, **{name: "false"})["content"]) == len(listed(ann, **{name: ""})["content"]) == 2
    assert len(listed(ann, channel="EMAIL")["content"]) == 2
    assert listed(ann, channel="DEVICE")["content"] == []
    assert unseen.pk != seen.pk


@pytest.mark.parametrize(
    ("query", "field"), [({"channel": "PIGEON"}, "channel"), ({"sort": "x"}, "sort"), ({"page": "0"}, "page")]
)
def test_a_wrong_question_is_named(ann: Member, query: dict[str, str], field: str) -> None:
    answer = ann.api.get(f"{ann.path}/communications", **query)
    assert (answer.status_code, answer.json()["parameters"]) == (400, [field])


@pytest.mark.parametrize("body", [{"viewed": "perhaps"}, {"archived": 7}, {"viewed": None}])
def test_what_is_no_yes_or_no_is_named_and_nothing_is_noted(ann: Member, body: Any) -> None:
    message = letter(ann)
    answer = marked(ann, message, body)
    assert (answer.status_code, answer.json()["parameters"]) == (400, list(body))
    assert stored(ann.world, message).viewed_at is None


def test_messages_of_others_are_nowhere(cast: Cast, ann: Member) -> None:
    theirs = [letter(a_member(cast.acme, "ben@example.com"), "c9")]
    for other in (cast.rival, cast.rehearsal):
        a_template(other)
        theirs.append(letter(a_member(other, "ann@example.com"), "c9"))
    answers = [
        ask(f"{BASE}/communications/{key}{more}")
        for key in (*(one.pk for one in theirs), uuid4(), "x")
        for ask, more in ((ann.api.get, ""), (lambda path: ann.api.put(path, {"viewed": True}), "/actions"))
    ]
    assert {(answer.status_code, answer.json()["error"]) for answer in answers} == {
        (404, "CRM.EXCEPTIONS.NOTFOUNDEXCEPTION")
    }
    assert listed(ann)["content"] == []
    assert ann.api.get(f"{BASE}/contacts/{uuid4()}/communications").status_code == 403
    assert all(stored(world, one).viewed_at is None for world, one in zip(
        (cast.acme, cast.rival, cast.rehearsal), theirs, strict=True,
    ))  # fmt: skip


def test_demographics_are_the_part_of_the_record(ann: Member) -> None:
    ann.api.put(ann.path, {"demographics": {"gender": "FEMALE", "date_of_birth": {"year": 1990, "month": 2, "day": 3}}})
    told = ann.api.get(f"{ann.path}/demographics").json()
    assert told == ann.api.get(ann.path).json()["demographics"]
    assert (told["gender"], told["date_of_birth"]["year"]) == ("FEMALE", 1990)
    assert ann.api.get(f"{BASE}/contacts/{uuid4()}/demographics").status_code == 403

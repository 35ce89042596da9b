"""S1 `/in-apps`: what stands in one's app, and the stream as it is told at once (s1 §6)."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.messaging.selectors import newest_notice
from tests.backoffice.services.wire import Visitor, a_signed_in_member, complaints, data, error
from tests.cast import Api, Cast, World
from tests.crm.messaging.notices import a_notice
from tests.members import BASE as S2

pytestmark = pytest.mark.django_db
IN_APPS = "/notification/api/in-apps"
MINE, STREAM = f"{IN_APPS}/me", f"{IN_APPS}/stream"
FIELDS = {
    "id", "title", "content", "type", "subtype", "metadata", "imageUrl", "actionUrl", "isRead", "readAt", "createdAt",
}  # fmt: skip


@pytest.fixture
def ann(acme: World) -> Visitor:
    return a_signed_in_member(acme, name="Ann Lee", email="ann@example.com")


def told(answer: Any) -> list[tuple[str, str, Any]]:
    """The events of a stream as (id, name, data)."""
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/event-stream")
    text = b"".join(answer.streaming_content).decode()
    first, *events = text.strip("\n").split("\n\n")
    # Behind WSGI the answer ends here; an app that came back every five seconds would use up its member's hour.
    assert first == "retry: 60000"
    found = []
    for event in events:
        fields = dict(line.split(": ", 1) for line in event.split("\n"))
        found.append((fields.get("id", ""), fields["event"], json.loads(fields["data"])))
    return found


def listed(member: Visitor, **asked: Any) -> list[Any]:
    rows: list[Any] = data(member.api.get(MINE, **asked))["data"]
    return rows


def test_what_has_arrived_is_listed_latest_first(acme: World, ann: Visitor) -> None:
    assert listed(ann) == []
    first, second = a_notice(acme, ann.id), a_notice(acme, ann.id)
    a_notice(acme, ann.id, arrives=False)
    rows = listed(ann)
    assert [row["id"] for row in rows] == [str(second.pk), str(first.pk)]
    assert set(rows[0]) == FIELDS
    assert {name: rows[0][name] for name in FIELDS - {"id", "createdAt"}} == {
        "title": "Hello Ann", "content": "Dear Ann Lee", "type": "news", "subtype": None, "metadata": {},
        "imageUrl": None, "actionUrl": None, "isRead": False, "readAt": None,
    }  # fmt: skip
    assert [row["id"] for row in listed(ann, sortBy="createdAt", sortOrder="asc")] == [str(first.pk), str(second.pk)]


def test_the_list_is_narrowed(acme: World, ann: Visitor) -> None:
    new, old = a_notice(acme, ann.id), a_notice(acme, ann.id)
    assert data(ann.api.patch(f"{IN_APPS}/{old.pk}/read"))["isRead"] is True
    assert [row["id"] for row in listed(ann, isRead="true")] == [str(old.pk)]
    assert [row["id"] for row in listed(ann, isRead="false")] == [str(new.pk)]
    assert (len(listed(ann, type="news", locale="th")), len(listed(ann, type="badge"))) == (2, 0)
    for asked in ({"type": "letter"}, {"isRead": "maybe"}, {"locale": "xx"}, {"limit": "0"}, {"sortBy": "title"}):
        assert set(complaints(ann.api.get(MINE, **asked))) == set(asked)


def test_reading_is_one_truth_with_the_app_of_s2(acme: World, ann: Visitor) -> None:
    notice = a_notice(acme, ann.id)
    path = f"{IN_APPS}/{notice.pk}/read"

    def viewed_in_s2() -> bool:
        (row,) = ann.api.get(f"{S2}/contacts/{ann.id}/communications").json()["content"]
        return bool(row["is_viewed"])

    assert data(ann.api.get(f"{MINE}/unread-count")) == {"count": 1}
    assert data(ann.api.patch(path, {})) == {"id": str(notice.pk), "isRead": True}
    assert (viewed_in_s2(), data(ann.api.get(f"{MINE}/unread-count"))) == (True, {"count": 0})
    assert data(ann.api.patch(path, {"isRead": False})) == {"id": str(notice.pk), "isRead": False}
    assert (viewed_in_s2(), listed(ann)[0]["readAt"]) == (False, None)
    assert data(ann.api.patch(f"{IN_APPS}/read-all")) == {"updated": 1}
    assert (viewed_in_s2(), data(ann.api.patch(f"{IN_APPS}/read-all"))) == (True, {"updated": 0})


def test_what_is_removed_is_gone_everywhere_for_the_member_and_there_for_staff(acme: World, ann: Visitor) -> None:
    notice = a_notice(acme, ann.id)
    assert data(ann.api.delete(f"{IN_APPS}/{notice.pk}")) == {"id": str(notice.pk), "deleted": True}
    assert (listed(ann), ann.api.get(f"{S2}/contacts/{ann.id}/communications").json()["content"]) == ([], [])
    assert ann.api.get(f"{S2}/communications/{notice.pk}").status_code == 404
    sent = data(acme.api.get("/notification/api/communications"))["data"]
    assert [row["id"] for row in sent] == [str(notice.pk)]


@pytest.mark.parametrize("whose", ["removed", "another's", "rival's", "unknown", "no id"])
def test_what_is_not_theirs_to_touch_looks_unknown(cast: Cast, whose: str) -> None:
    ann = a_signed_in_member(cast.acme, name="Ann Lee", email="ann@example.com")
    ben = a_signed_in_member(cast.acme, name="Ben Doe", email="ben@example.com")
    away = a_signed_in_member(cast.rival, name="Ann Lee", email="ann@example.com")
    notices: dict[str, Any] = {"unknown": uuid4(), "no id": "read", "another's": a_notice(cast.acme, ben.id).pk}
    notices |= {"removed": a_notice(cast.acme, ann.id).pk, "rival's": a_notice(cast.rival, away.id).pk}
    ann.api.delete(f"{IN_APPS}/{notices['removed']}")
    for answer in (ann.api.patch(f"{IN_APPS}/{notices[whose]}/read"), ann.api.delete(f"{IN_APPS}/{notices[whose]}")):
        assert error(answer, 404) == {"message": "Record not found."}


def test_a_stream_begins_with_what_holds(acme: World, ann: Visitor) -> None:
    assert told(ann.api.get(STREAM)) == [("0", "unread-count", {"count": 0})]
    notice = a_notice(acme, ann.id)
    answer = ann.api.get(STREAM)
    assert (answer["Cache-Control"], answer["X-Accel-Buffering"]) == ("no-store", "no")
    assert told(answer) == [(str(notice.notice_number), "unread-count", {"count": 1})]


def test_who_comes_back_is_told_what_they_missed(acme: World, ann: Visitor) -> None:
    ((last, _, _),) = told(ann.api.get(STREAM))
    first, second = a_notice(acme, ann.id), a_notice(acme, ann.id)
    expected = [(str(row.notice_number), "notification", str(row.pk)) for row in (first, second)]
    by_header = ann.api.client.get(STREAM, headers={"Last-Event-ID": last})
    for answer in (by_header, ann.api.get(STREAM, lastEventId=last)):
        *missed, now = told(answer)
        assert [(number, name, shown["id"]) for number, name, shown in missed] == expected
        assert missed[0][2] == listed(ann)[-1]
        assert now == (str(second.notice_number), "unread-count", {"count": 2})


def test_who_cannot_be_told_everything_is_sent_to_the_list(acme: World, ann: Visitor) -> None:
    a_notice(acme, ann.id)
    resync, now = told(ann.api.get(STREAM, lastEventId="9000000000"))
    assert resync == ("", "resync", {})
    with acme.scope():
        assert now == (str(newest_notice(ann.id)), "unread-count", {"count": 1})


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "٣", "9223372036854775808", "9" * 30, str(UUID(int=1))])
def test_an_id_that_was_never_sent_is_told(ann: Visitor, last: str) -> None:
    assert set(complaints(ann.api.get(STREAM, lastEventId=last))) == {"lastEventId"}


def test_only_members_have_a_stream(acme: World) -> None:
    assert error(acme.api.get(STREAM), 403)
    assert error(Api(acme.publishable_key, header="api_key").get(STREAM), 401)
    assert error(Api(None).get(STREAM), 401)

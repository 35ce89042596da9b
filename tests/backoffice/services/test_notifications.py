"""S1 `GET /notification/api/communications` (contract.md, "Reading what was sent")."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from crm.messaging.models import Communication
from crm.messaging.recipients import Recipient
from crm.messaging.services.sending import send_due
from tests.backoffice.services.wire import a_signed_in_member, complaints, data, error, staff_api
from tests.builders import a_customer
from tests.cast import Api, World
from tests.crm.messaging.letters import ANN, NOON, a_message, a_template, at

SENT = "/notification/api/communications"


def rows(api: Api, **asked: Any) -> list[dict[str, Any]]:
    return list(data(api.get(SENT, **asked))["data"])


def subjects(api: Api, **asked: Any) -> list[str]:
    return [row["subject"] for row in rows(api, **asked)]


@pytest.fixture
def three(acme: World) -> list[Communication]:
    """Two mails and an SMS, an hour apart."""
    a_template(acme, subject="{{ text }}")
    a_template(acme, "sms", channel="sms", subject="")
    person = Recipient(email=ANN.email, phone=ANN.phone, contact_id=a_customer(acme))
    return [
        a_message(acme, "1", NOON, recipient=person, values={"text": "first"}),
        a_message(acme, "2", NOON + timedelta(hours=1), values={"text": "second"}),
        a_message(acme, "3", NOON + timedelta(hours=2), recipient=person, template_key="sms"),
    ]


def test_a_row_has_the_fields_of_the_contract_and_no_others(acme: World, three: list[Communication]) -> None:
    row = rows(acme.api)[-1]
    assert row == {
        "id": str(three[0].pk), "channel": "email", "recipient": "ann@example.com", "subject": "first",
        "content": three[0].content, "state": "QUEUED", "created_at": "2026-06-10T12:00:00.000Z",
        "contact_id": str(three[0].contact_id), "template": "news",
    }  # fmt: skip


def test_the_newest_comes_first_in_the_list_envelope(acme: World, three: list[Communication]) -> None:
    page = data(acme.api.get(SENT, limit=2))
    assert page["meta"] == {"page": 1, "limit": 2, "total": 3, "totalPages": 2}
    assert [row["id"] for row in page["data"]] == [str(three[2].pk), str(three[1].pk)]


def test_filters_narrow_and_combine(acme: World, three: list[Communication]) -> None:
    contact = str(three[0].contact_id)
    assert subjects(acme.api, contact_id=contact) == [None, "first"]
    assert subjects(acme.api, channel="sms") == [None]
    assert subjects(acme.api, since="2026-06-10T13:00:00Z") == [None, "second"]
    assert subjects(acme.api, contact_id=contact, channel="email", since="2026-06-10") == ["first"]
    assert subjects(acme.api, contact_id=str(uuid4())) == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"limit": 101}, "limit"), ({"limit": 0}, "limit"), ({"contact_id": "x"}, "contact_id"),
     ({"channel": "fax"}, "channel"), ({"since": "yesterday"}, "since")],
)  # fmt: skip
def test_a_bad_question_is_refused_on_its_field(acme: World, asked: dict[str, Any], field: str) -> None:
    assert set(complaints(acme.api.get(SENT, **asked))) == {field}


def test_what_test_mode_sent_is_captured_whole_and_live_mode_hides_secrets(acme: World, rehearsal: World) -> None:
    for world in (acme, rehearsal):
        a_template(world, "otp", message_class="transactional", body="<p>{{ code }}</p>")
        a_message(world, template_key="otp", secrets={"code": "987654"})
        with at(world, NOON):
            send_due()
    (captured,), (sent,) = rows(rehearsal.api), rows(acme.api)
    assert (captured["state"], captured["content"]) == ("CAPTURED", "<p>987654</p>")
    assert (sent["state"], sent["content"]) == ("SENT", "<p>[secret]</p>")


def test_staff_read_it_and_members_do_not(acme: World, three: list[Communication]) -> None:
    assert len(rows(staff_api(acme, "agent"))) == 3
    error(a_signed_in_member(acme).api.get(SENT), 403)
    error(Api(acme.publishable_key, "api_key").get(SENT), 403)
    error(acme.key_with("crm:leads:read").get(SENT), 403)
    assert len(rows(acme.key_with("notification:messages:read"))) == 3


def test_every_state_has_its_word(acme: World) -> None:
    a_template(acme)
    message = a_message(acme)
    for state in ("queued", "sending", "sent", "failed", "skipped", "unknown", "captured"):
        with acme.scope():
            Communication.objects.filter(pk=message.pk).update(state=state)
        assert rows(acme.api)[0]["state"] == state.upper()


def test_unknown_paths_and_verbs_answer_in_this_shape(acme: World) -> None:
    error(acme.api.get("/notification/api/nothing"), 404)
    error(acme.api.post(SENT, {}), 405)

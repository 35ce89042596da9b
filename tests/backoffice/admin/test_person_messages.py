"""One message to one person, by hand, from their page in the back office."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.contacts.errors import ContactNotFound
from crm.contacts.services import update_contact, write_to
from crm.messaging.errors import TemplateNotFound
from crm.messaging.models import Communication
from crm.messaging.services import define_template, write_version
from tests.backoffice.admin.pages import browser_of
from tests.backoffice.admin.test_person_page import page_of, text_of
from tests.builders import a_customer, a_push_device
from tests.cast import Cast, World
from tests.crm.messaging.letters import a_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(acme: World) -> UUID:
    return a_customer(acme, name="Ann Lee", email="ann@example.com", phone="+35799123456")


def path(key: Any) -> str:
    return f"/admin/contacts/customer/{key}/message/"


def post(world: World, key: Any, template_key: str, occasion: Any = None, role: str = "manager") -> Any:
    body = {"template_key": template_key, "occasion": str(occasion or uuid4())}
    return world.browser_of(role).post(path(key), body, follow=True)


def rows(world: World) -> list[tuple[str, str, str]]:
    with world.scope():
        return list(Communication.objects.values_list("channel", "state", "reason"))


@pytest.mark.parametrize("channel", ["email", "sms", "inapp", "device"])
def test_a_message_goes_by_whichever_channel_the_template_has(acme: World, ann: UUID, channel: str) -> None:
    a_template(acme, "spring", channel=channel, body="Hello")
    a_push_device(acme, ann)
    form = acme.browser_of("manager").get(path(ann)).text
    assert "Write to Ann Lee" in form
    assert 'value="spring"' in form
    told = text_of(post(acme, ann, "spring"))
    assert "The message is on its way." in told
    ((sent_by, state, _reason),) = rows(acme)
    assert (sent_by, state) == (channel, "queued")


def test_the_form_that_is_sent_twice_asks_for_one_message(acme: World, ann: UUID) -> None:
    a_template(acme, "spring", channel="inapp", body="Hello")
    occasion = uuid4()
    for _ in range(2):
        post(acme, ann, "spring", occasion)
    assert len(rows(acme)) == 1


def test_a_gate_that_is_closed_is_told(acme: World, ann: UUID) -> None:
    a_template(acme, "spring", channel="device", body="Hello")
    assert "The message is not sent: no_device." in text_of(post(acme, ann, "spring"))
    with acme.scope():
        update_contact(contact_id=ann, consent_state="rejected")
    a_push_device(acme, ann)
    assert "The message is not sent: no_consent." in text_of(post(acme, ann, "spring"))
    assert [state for _channel, state, _reason in rows(acme)] == ["skipped", "skipped"]


def test_only_published_marketing_is_offered_and_taken(acme: World, ann: UUID) -> None:
    a_template(acme, "receipt", message_class="transactional")
    with acme.scope():
        draft = define_template(key="draft", name="Draft", channel="email")
        write_version(template_id=draft.pk, locale="en", subject="x", body="x")
    form = acme.browser_of("manager").get(path(ann)).text
    for key in ("receipt", "draft"):
        assert f'value="{key}"' not in form
        post(acme, ann, key)
        with acme.scope(), pytest.raises(TemplateNotFound):
            write_to(contact_id=ann, template_key=key, occasion=uuid4())
    assert rows(acme) == []


def test_nobody_writes_to_who_is_not_here(cast: Cast) -> None:
    a_template(cast.acme)
    for other in (cast.rival, cast.rehearsal):
        foreign = a_customer(other)
        assert cast.acme.browser_of("owner").get(path(foreign)).status_code == 404
        assert post(cast.acme, foreign, "news").status_code == 404
        with cast.acme.scope(), pytest.raises(ContactNotFound):
            write_to(contact_id=foreign, template_key="news", occasion=uuid4())


def test_who_may_not_send_is_not_offered_it_and_cannot(acme: World, ann: UUID) -> None:
    a_template(acme)
    for role, may in (("owner", True), ("manager", True), ("agent", False), ("analyst", False)):
        assert ("Write to them" in acme.browser_of(role).get(page_of(ann)).text) == may
        assert acme.browser_of(role).get(path(ann)).status_code == (200 if may else 403)
    assert post(acme, ann, "news", role="agent").status_code == 403
    assert rows(acme) == []


@pytest.mark.parametrize("visitor", ["anonymous", "dismissed", "placeless"])
def test_who_may_not_come_in_sends_nothing(cast: Cast, visitor: str) -> None:
    ann = a_customer(cast.acme)
    assert browser_of(cast, visitor).get(path(ann)).status_code in (302, 403)

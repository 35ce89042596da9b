"""Messages in members' apps and on their devices: written, judged, delivered."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.contacts.models import PushDevice
from crm.contacts.selectors import recipients_with
from crm.contacts.services import remove_device, update_contact
from crm.kernel.errors import Invalid
from crm.messaging.channels import Letter, Refused, Uncertain, Unreachable
from crm.messaging.channels.devices import DeviceChannel
from crm.messaging.channels.outbox import FilePush
from crm.messaging.errors import CommunicationNotFound
from crm.messaging.governor import Defer, Send, Skip, verdict
from crm.messaging.models import Communication, SendingSettings, Template
from crm.messaging.recipients import PushAddress, Recipient
from crm.messaging.rendering import check_wording
from crm.messaging.services import choose_channels, queue_message, unsubscribe
from tests.builders import a_customer, a_push_device
from tests.cast import World
from tests.crm.messaging.letters import NOON, a_message, a_template, at, events_of, send, stored

pytestmark = pytest.mark.django_db
CHANNELS = ("inapp", "device")
EXTRAS = {"subtitle": "For {{ first_name }}", "image_url": "https://cdn.example/a.png", "click_url": "{{ link }}"}


@pytest.fixture
def ann(acme: World) -> UUID:
    person = a_customer(acme, name="Ann Lee", email="ann@example.com")
    a_push_device(acme, person, "S-1")
    return person


@pytest.fixture
def outbox(settings: Any, tmp_path: Path) -> Path:
    settings.OUTBOX = tmp_path / "outbox"
    return tmp_path / "outbox"


def recipient(world: World, person: UUID) -> Recipient:
    with world.scope():
        return recipients_with([person])[person]


def asked(world: World, person: UUID, channel: str = "device", **values: Any) -> Communication:
    with world.scope():
        there = Template.objects.filter(key=channel).exists()
    if not there:
        a_template(world, channel, channel=channel, body="Dear {{ name }}", **EXTRAS)
    given = {"recipient": recipient(world, person), "values": {"link": "https://acme.example/x?a=1"}, **values}
    return a_message(world, str(uuid4()), template_key=channel, **given)


def state_of(world: World, message: Communication) -> tuple[str, str]:
    row = stored(world, message)
    return row.state, row.reason


# Written


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_message_has_title_subtitle_picture_and_link(acme: World, ann: UUID, channel: str) -> None:
    row = stored(acme, asked(acme, ann, channel))
    assert (row.subject, row.subtitle, row.content) == ("Hello Ann", "For Ann", "Dear Ann Lee")
    assert (row.image_url, row.click_url) == ("https://cdn.example/a.png", "https://acme.example/x?a=1")
    assert (row.recipient, row.recipient_key, row.contact_id) == (str(ann), str(ann), ann)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "acme.example", "https://a b", "//x"])
@pytest.mark.parametrize("field", ["image_url", "click_url"])
def test_an_address_that_is_none_is_refused_where_it_is_written_and_where_it_is_filled_in(
    acme: World, ann: UUID, field: str, address: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        check_wording(channel="inapp", subject="x", body="x", extras={field: address})
    assert refusal.value.field == field
    a_template(acme, "filled", channel="inapp", body="x", **{field: "{{ link }}"})
    message = a_message(
        acme, field, template_key="filled", recipient=recipient(acme, ann), values={"link": address}
    )  # fmt: skip
    assert state_of(acme, message) == ("failed", "bad_web_address")


@pytest.mark.parametrize("channel", ["email", "sms"])
@pytest.mark.parametrize("field", ["subtitle", "image_url", "click_url"])
def test_mail_and_sms_have_nothing_of_it(channel: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_wording(channel=channel, subject="x", body="x", extras={field: "https://acme.example"})
    assert (refusal.value.code, refusal.value.field) == ("not_in_this_channel", field)


@pytest.mark.parametrize(
    ("wording", "field"),
    [({"subject": ""}, "subject"), ({"subtitle": "a\nb"}, "subtitle"), ({"subtitle": "{{ nmae }}"}, "subtitle"),
     ({"body": "{{ unsubscribe_url }}"}, "body"), ({"click_url": "{{ preferences_url }}"}, "click_url")],
)  # fmt: skip
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_wrong_wording_is_refused_at_its_field(channel: str, wording: dict[str, str], field: str) -> None:
    given = {"subject": "x", "body": "x", **wording}
    extras = {name: given.pop(name) for name in list(given) if name not in ("subject", "body")}
    with pytest.raises(Invalid) as refusal:
        check_wording(channel=channel, extras=extras, **given)
    assert refusal.value.field == field


def test_what_is_secret_does_not_stand_in_a_link(acme: World, ann: UUID) -> None:
    a_template(acme, "coded", channel="inapp", body="{{ code }}", click_url="https://acme.example/{{ code }}")
    message = a_message(
        acme, template_key="coded", recipient=recipient(acme, ann), secrets={"code": "123456"}
    )  # fmt: skip
    row = stored(acme, message)
    assert (row.content, row.click_url) == ("[secret]", "https://acme.example/")


# Judged


def judged(world: World, person: Recipient, channel: str, kind: str = "marketing", moment: Any = NOON) -> Any:
    with at(world, moment):
        return verdict(person, channel, kind, moment)


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_gates_hold_there_too(acme: World, ann: UUID, channel: str) -> None:
    assert judged(acme, recipient(acme, ann), channel) == Send()
    assert isinstance(judged(acme, recipient(acme, ann), channel, moment=NOON.replace(hour=23)), Defer)
    with acme.scope():
        update_contact(contact_id=ann, consent_state="rejected")
    assert judged(acme, recipient(acme, ann), channel) == Skip("no_consent")
    assert judged(acme, recipient(acme, ann), channel, "transactional") == Send()


@pytest.mark.parametrize("channel", CHANNELS)
def test_caps_count_what_was_sent_there(acme: World, ann: UUID, channel: str) -> None:
    most = getattr(SendingSettings(), f"{channel}_per_day")
    for _ in range(most):
        asked(acme, ann, channel)
    assert send(acme) == most
    late = judged(acme, recipient(acme, ann), channel)
    assert isinstance(late, Defer)
    assert late.reason == "frequency_cap"


def test_the_cap_of_all_channels_counts_mail_and_app_together(acme: World, ann: UUID) -> None:
    a_template(acme)
    asked(acme, ann, "inapp")
    asked(acme, ann, "device")
    a_message(acme, recipient=recipient(acme, ann))
    with acme.scope():
        Communication.objects.update(state="sent", sent_at=NOON)
    assert isinstance(judged(acme, recipient(acme, ann), "email"), Defer)


def test_a_member_without_a_device_is_skipped_with_the_reason(acme: World) -> None:
    ben = a_customer(acme)
    assert state_of(acme, asked(acme, ben)) == ("skipped", "no_device")
    assert state_of(acme, asked(acme, ben, "inapp")) == ("queued", "")


def test_a_device_that_is_gone_by_then_is_a_reason_to_skip(acme: World, ann: UUID, outbox: Path) -> None:
    message = asked(acme, ann)
    with acme.scope():
        remove_device(contact_id=ann, serial_number="S-1")
    send(acme)
    assert state_of(acme, message) == ("skipped", "no_device")
    assert not outbox.exists()


def test_who_refused_meanwhile_gets_nothing(acme: World, ann: UUID, outbox: Path) -> None:
    messages = [asked(acme, ann, channel) for channel in CHANNELS]
    with acme.scope():
        update_contact(contact_id=ann, consent_state="rejected")
    send(acme)
    assert {state_of(acme, message) for message in messages} == {("skipped", "no_consent")}
    assert not outbox.exists()


def test_nobody_but_a_contact_is_reached_there(acme: World) -> None:
    for channel, reason in (("inapp", "no_address"), ("device", "no_device")):
        assert judged(acme, Recipient(email="x@example.com"), channel) == Skip(reason)


@pytest.mark.parametrize("channel", CHANNELS)
def test_there_is_nothing_to_unsubscribe(acme: World, ann: UUID, channel: str) -> None:
    message = asked(acme, ann, channel)
    with acme.scope():
        with pytest.raises(CommunicationNotFound):
            unsubscribe(communication_id=message.pk)
        with pytest.raises(CommunicationNotFound):
            choose_channels(communication_id=message.pk, allowed=[])


# Delivered


def test_in_the_app_a_message_is_sent_by_standing_there(acme: World, ann: UUID, outbox: Path) -> None:
    message = asked(acme, ann, "inapp")
    assert send(acme) == 1
    assert state_of(acme, message) == ("sent", "")
    assert events_of(acme, message) == ["message.sent"]
    assert not outbox.exists()


def test_each_device_gets_it_and_no_file_tells_a_token(acme: World, ann: UUID, outbox: Path) -> None:
    a_push_device(acme, ann, "S:2", registration_type="APNS")
    a_push_device(acme, a_customer(acme), "S-3")
    message = asked(acme, ann)
    send(acme)
    assert state_of(acme, message) == ("sent", "")
    files = sorted(outbox.iterdir())
    assert [file.name for file in files] == [f"{message.pk}.S-1.push", f"{message.pk}.S_2.push"]
    told = [json.loads(file.read_text()) for file in files]
    assert [one["serial_number"] for one in told] == ["S-1", "S:2"]
    assert {name: told[1][name] for name in ("service", "title", "subtitle", "text", "image_url", "click_url")} == {
        "service": "APNS", "title": "Hello Ann", "subtitle": "For Ann", "text": "Dear Ann Lee",
        "image_url": "https://cdn.example/a.png", "click_url": "https://acme.example/x?a=1",
    }  # fmt: skip
    assert not any("token of" in file.read_text() for file in files)


@pytest.mark.parametrize("channel", CHANNELS)
def test_in_test_mode_it_is_captured(rehearsal: World, outbox: Path, channel: str) -> None:
    person = a_customer(rehearsal)
    a_push_device(rehearsal, person)
    message = asked(rehearsal, person, channel)
    send(rehearsal)
    assert state_of(rehearsal, message) == ("captured", "")
    assert not outbox.exists()


def test_where_mail_has_a_provider_a_device_fails_for_want_of_one_and_the_app_does_not(
    acme: World, ann: UUID, settings: Any
) -> None:
    settings.SMS_INTO_OUTBOX = False
    pushed, standing = asked(acme, ann), asked(acme, ann, "inapp")
    send(acme)
    assert state_of(acme, pushed) == ("failed", "no_provider")
    assert state_of(acme, standing) == ("sent", "")


def test_sealed_tokens_reach_the_channel_opened(acme: World, ann: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    pushed: list[PushAddress] = []
    monkeypatch.setattr(FilePush, "push", lambda _self, device, _letter: pushed.append(device))
    asked(acme, ann)
    send(acme)
    assert [(device.serial_number, device.service, device.token) for device in pushed] == [
        ("S-1", "FCM", "token of S-1")
    ]
    assert "token of S-1" not in repr(pushed)
    with acme.scope():
        assert "token of S-1" not in str(list(PushDevice.objects.values()))


class Faulty:
    """A push service that answers each device what it is told to."""

    def __init__(self, answers: Iterator[Exception | None]) -> None:
        self._answers = answers

    def push(self, device: PushAddress, letter: Letter) -> None:
        answer = next(self._answers)
        if answer is not None:
            raise answer

    def close(self) -> None:
        """Nothing is held open."""


@pytest.mark.parametrize(
    ("answers", "told"),
    [([None, Refused("x")], None), ([Uncertain("x"), None], None), ([Unreachable("x"), None], None),
     ([Refused("x"), Refused("y")], Refused), ([Refused("x"), Unreachable("y")], Unreachable),
     ([Unreachable("x"), Uncertain("y")], Uncertain), ([], Refused)],
)  # fmt: skip
def test_it_has_left_once_one_device_has_it_else_the_gravest_fault_counts(
    answers: list[Exception | None], told: type[Exception] | None
) -> None:
    devices = tuple(PushAddress(str(number), "FCM", "t") for number in range(len(answers)))
    letter = Letter("x", "x", "", "", "x", "x", "id", devices=devices)
    channel = DeviceChannel(Faulty(iter(answers)))
    if told is None:
        channel.send(letter)
    else:
        with pytest.raises(told):
            channel.send(letter)


def test_the_same_cause_is_one_message(acme: World, ann: UUID) -> None:
    first = asked(acme, ann, "inapp")
    with acme.scope():
        again = queue_message(recipient=recipients_with([ann])[ann], cause=first.cause, template_key="inapp")
    assert again.pk == first.pk

"""Every gate a message passes (semantics §3.8)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm.messaging.governor import Defer, Send, Skip, patiently, verdict
from crm.messaging.models import Communication, Reason
from crm.messaging.recipients import Recipient
from crm.messaging.services import change_sending_settings, suppress
from crm.organisations.services import change_organisation
from tests.cast import World
from tests.crm.messaging.letters import ANN, NOON, a_message, a_template, at

NIGHT = datetime(2026, 6, 10, 23, 0, tzinfo=UTC)
MORNING = datetime(2026, 6, 11, 8, 0, tzinfo=UTC)


def judged(
    world: World, recipient: Recipient = ANN, now: datetime = NOON, channel: str = "email", kind: str = "marketing"
) -> Any:
    with at(world, now):
        return verdict(recipient, channel, kind, now)


def sent(
    world: World, *moments: datetime, channel: str = "email", state: str = "sent", kind: str = "marketing"
) -> None:
    """Messages to Ann that left at these moments."""
    key = f"t-{channel}-{kind}"
    a_template(world, key, channel=channel, message_class=kind)
    for n, moment in enumerate(moments):
        message = a_message(world, f"{key}:{state}:{n}:{moment}", template_key=key, moment=NOON - timedelta(days=30))
        with world.scope():
            Communication.objects.filter(pk=message.pk).update(state=state, sent_at=moment)


def test_at_noon_everybody_may_be_written_to(acme: World) -> None:
    assert judged(acme) == judged(acme, channel="sms") == judged(acme, kind="transactional") == Send()


def test_who_has_no_address_is_skipped(acme: World) -> None:
    assert judged(acme, Recipient(phone="+35799123456")) == Skip("no_address")
    assert judged(acme, Recipient(email="ann@example.com"), channel="sms", kind="transactional") == Skip("no_address")


@pytest.mark.parametrize("reason", [reason for reason in Reason.values if reason != Reason.UNSUBSCRIBE])
def test_a_hard_suppression_stops_everything(acme: World, reason: str) -> None:
    with acme.scope():
        suppress(channel="email", address="ANN@example.com", reason=reason)
    assert judged(acme) == judged(acme, kind="transactional") == Skip(reason)
    assert judged(acme, channel="sms") == Send()


def test_an_unsubscription_stops_marketing_only(acme: World) -> None:
    with acme.scope():
        suppress(channel="email", address="ann@example.com", reason=Reason.UNSUBSCRIBE)
    assert judged(acme) == Skip("unsubscribe")
    assert judged(acme, kind="transactional") == Send()


def test_another_tenants_suppression_is_no_business_of_ours(acme: World, rival: World, rehearsal: World) -> None:
    for stranger in (rival, rehearsal):
        with stranger.scope():
            suppress(channel="email", address="ann@example.com", reason=Reason.BOUNCE)
    assert judged(acme) == Send()


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_who_refuses_marketing_gets_none_by_any_channel(acme: World, channel: str) -> None:
    ann = Recipient(email="ann@example.com", phone="+35799123456", refuses_marketing=True)
    assert judged(acme, ann, channel=channel) == Skip("no_consent")
    assert judged(acme, ann, channel=channel, kind="transactional") == Send()


@pytest.mark.parametrize(
    ("flag", "channel", "other"), [("email_opt_out", "email", "sms"), ("sms_opt_out", "sms", "email")]
)
def test_an_opt_out_stops_marketing_on_its_channel(acme: World, flag: str, channel: str, other: str) -> None:
    ann = Recipient(email=ANN.email, phone=ANN.phone, **{flag: True})  # type: ignore[arg-type]
    assert judged(acme, ann, channel=channel) == Skip("opted_out")
    assert judged(acme, ann, channel=other) == Send()
    assert judged(acme, ann, channel=channel, kind="transactional") == Send()


def test_at_night_marketing_waits_for_the_morning_and_a_code_does_not(acme: World) -> None:
    assert judged(acme, now=NIGHT) == Defer(MORNING, "quiet_hours")
    assert judged(acme, now=NIGHT, kind="transactional") == Send()


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("America/New_York", Send()), ("Europe/Berlin", Defer(datetime(2026, 6, 11, 6, tzinfo=UTC), "quiet_hours")),
     ("Mars/Phobos", Defer(MORNING, "quiet_hours")), ("../../etc/passwd", Defer(MORNING, "quiet_hours"))],
)  # fmt: skip
def test_it_is_night_in_the_recipients_zone(acme: World, zone: str, expected: Any) -> None:
    assert judged(acme, Recipient(email=ANN.email, timezone=zone), NIGHT) == expected


def test_without_a_zone_of_their_own_the_organisations_counts(acme: World) -> None:
    with acme.scope() as scope:
        change_organisation(organisation_id=acme.organisation.id, actor=scope.actor, zone="America/New_York")
    assert judged(acme, now=NIGHT) == Send()
    assert judged(acme, now=datetime(2026, 6, 11, 3, tzinfo=UTC)) == Defer(
        datetime(2026, 6, 11, 12, tzinfo=UTC), "quiet_hours"
    )


def test_an_organisation_sets_its_own_quiet_hours(acme: World) -> None:
    with acme.scope():
        change_sending_settings(quiet_from="11:00", quiet_until="13:30")
    assert judged(acme) == Defer(NOON + timedelta(minutes=90), "quiet_hours")
    assert judged(acme, now=NIGHT) == Send()


def test_over_the_cap_the_first_free_slot_is_waited_for(acme: World) -> None:
    sent(acme, NOON - timedelta(hours=20), NOON - timedelta(hours=2))
    assert judged(acme) == Defer(NOON + timedelta(hours=4), "frequency_cap")
    assert judged(acme, kind="transactional") == judged(acme, channel="sms") == Send()


def test_a_free_slot_at_night_waits_for_the_morning(acme: World) -> None:
    sent(acme, NOON - timedelta(hours=13), NOON - timedelta(hours=1))
    assert judged(acme) == Defer(MORNING, "frequency_cap")


@pytest.mark.parametrize("state", ["captured", "sending"])
def test_what_was_captured_or_is_leaving_counts(acme: World, state: str) -> None:
    sent(acme, NOON - timedelta(hours=3), NOON - timedelta(hours=2), state=state)
    assert isinstance(judged(acme), Defer)


@pytest.mark.parametrize("state", ["queued", "failed", "skipped", "unknown"])
def test_what_was_not_accepted_does_not_count(acme: World, state: str) -> None:
    sent(acme, NOON - timedelta(hours=3), NOON - timedelta(hours=2), state=state)
    assert judged(acme) == Send()


def test_transactional_mail_does_not_use_up_the_cap(acme: World) -> None:
    sent(acme, NOON - timedelta(hours=3), NOON - timedelta(hours=2), kind="transactional")
    assert judged(acme) == Send()


def test_the_caps_of_a_week_and_of_all_channels_hold_too(acme: World) -> None:
    sent(acme, *[NOON - timedelta(days=days) for days in (6, 5, 4)], channel="sms")
    assert judged(acme, channel="sms") == Defer(datetime(2026, 6, 11, 12, tzinfo=UTC), "frequency_cap")
    assert judged(acme) == Send()
    with acme.scope():
        change_sending_settings(total_per_week=3)
    assert isinstance(judged(acme), Defer)


def test_a_cap_of_none_means_never(acme: World) -> None:
    with acme.scope():
        change_sending_settings(sms_per_day=0)
    assert judged(acme, channel="sms") == Skip("frequency_cap")
    assert judged(acme) == Send()


@pytest.mark.parametrize(("hours", "stale"), [(72, False), (73, True)])
def test_more_than_72_hours_after_it_was_due_marketing_is_stale(hours: int, stale: bool) -> None:
    until = NOON + timedelta(hours=hours)
    late = patiently(Defer(until, "quiet_hours"), "marketing", NOON, NOON)
    assert late == (Skip("stale") if stale else Defer(until, "quiet_hours"))
    assert patiently(Send(), "marketing", NOON, until) == (Skip("stale") if stale else Send())
    assert patiently(Send(), "transactional", NOON, until) == Send()

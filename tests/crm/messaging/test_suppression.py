"""Addresses that must not be written to (where-they-meet.md, "S3"; s3 §8, §15)."""

from typing import Any

import pytest

from crm.kernel.addresses import BadEmail, BadPhone
from crm.kernel.audit import events_about
from crm.kernel.errors import Invalid
from crm.kernel.ids import new_id
from crm.messaging.errors import Suppressed, SuppressionNotFound
from crm.messaging.models import Reason, Suppression
from crm.messaging.selectors import ensure_not_blacklisted, suppressions, suppressions_of
from crm.messaging.services import lift_suppression, suppress
from tests.cast import World


def suppressed(world: World, **values: Any) -> Suppression:
    with world.scope():
        return suppress(**{"channel": "email", "address": "ann@example.com", **values})


def is_blacklisted(world: World, **keys: str) -> bool:
    with world.scope():
        try:
            ensure_not_blacklisted(**keys)
        except Suppressed:
            return True
        return False


@pytest.mark.parametrize(
    ("channel", "address", "kept", "key"),
    [("email", " Ann@Example.com", "Ann@Example.com", "ann@example.com"),
     ("phone", "+357 99-123834", "+35799123834", "35799123834"), ("phone", "99 123 834", "99123834", "99123834")],
)  # fmt: skip
def test_an_address_is_kept_as_written_and_compared_normalised(
    acme: World, channel: str, address: str, kept: str, key: str
) -> None:
    entry = suppressed(acme, channel=channel, address=address, note="asked by phone")
    assert (entry.channel, entry.address, entry.key, entry.note) == (channel, kept, key, "asked by phone")
    assert entry.reason == Reason.BLACKLISTED


def test_an_address_is_listed_once_for_each_reason(acme: World) -> None:
    first = suppressed(acme, note="first")
    again = suppressed(acme, address="ANN@example.com", note="second")
    other = suppressed(acme, reason=Reason.BOUNCE)
    assert again == first != other
    assert again.note == "first"
    with acme.scope():
        assert suppressions().count() == 2
        assert [event.name for event in events_about("suppression", first.id)] == ["address.suppressed"]


def test_listing_an_address_is_recorded(acme: World) -> None:
    entry = suppressed(acme, reason=Reason.COMPLAINT)
    with acme.scope():
        (event,) = events_about("suppression", entry.id)
    assert event.payload == {"suppression_id": str(entry.id), "channel": "email", "reason": "complaint"}


@pytest.mark.parametrize(
    ("values", "error"),
    [({"address": "ann"}, BadEmail), ({"channel": "phone", "address": "123"}, BadPhone),
     ({"channel": "phone", "address": "ann@example.com"}, BadPhone), ({"address": ""}, BadEmail),
     ({"channel": "fax"}, Invalid), ({"reason": "dislike"}, Invalid), ({"note": "x" * 201}, Invalid)],
)  # fmt: skip
def test_what_cannot_be_is_refused(acme: World, values: dict[str, str], error: type[Invalid]) -> None:
    with pytest.raises(error):
        suppressed(acme, **values)
    with acme.scope():
        assert not suppressions().exists()


@pytest.mark.parametrize(("channel", "address"), [("email", "ann"), ("phone", "123")])
def test_a_bad_address_is_refused_on_the_field_address(acme: World, channel: str, address: str) -> None:
    with pytest.raises(Invalid) as refusal:
        suppressed(acme, channel=channel, address=address)
    assert refusal.value.complaints[0].field == "address"


def test_a_blacklisted_address_is_refused_on_its_field(acme: World) -> None:
    suppressed(acme)
    suppressed(acme, channel="phone", address="+35799123834")
    with acme.scope():
        with pytest.raises(Suppressed) as refusal:
            ensure_not_blacklisted(email_key="ann@example.com", phone_key="1234567")
        assert refusal.value.field == "email"
        with pytest.raises(Suppressed) as refusal:
            ensure_not_blacklisted(email_key="bob@example.com", phone_key="35799123834")
        assert refusal.value.field == "phone"


def test_other_and_missing_addresses_are_not_blacklisted(acme: World) -> None:
    suppressed(acme)
    assert is_blacklisted(acme, email_key="ann@example.com")
    assert not is_blacklisted(acme, email_key="anne@example.com")
    assert not is_blacklisted(acme, phone_key="ann@example.com")
    assert not is_blacklisted(acme)


@pytest.mark.parametrize("reason", [reason for reason in Reason.values if reason != Reason.BLACKLISTED])
def test_other_reasons_keep_nobody_from_being_written_down(acme: World, reason: str) -> None:
    suppressed(acme, reason=reason)
    assert not is_blacklisted(acme, email_key="ann@example.com")


def test_every_entry_about_either_address_is_found(acme: World) -> None:
    mine = {suppressed(acme), suppressed(acme, reason=Reason.BOUNCE)}
    mine.add(suppressed(acme, channel="phone", address="1234567"))
    suppressed(acme, address="bob@example.com")
    with acme.scope():
        assert set(suppressions_of(email_key="ann@example.com", phone_key="1234567")) == mine
        assert not suppressions_of().exists()


def test_a_lifted_address_is_free_again_and_that_is_recorded(acme: World) -> None:
    entry = suppressed(acme)
    with acme.scope():
        lift_suppression(suppression_id=entry.id)
        event = events_about("suppression", entry.id).first()
        with pytest.raises(SuppressionNotFound):
            lift_suppression(suppression_id=entry.id)
    assert event is not None
    assert (event.name, event.payload["reason"]) == ("suppression.lifted", "blacklisted")
    assert not is_blacklisted(acme, email_key="ann@example.com")


def test_only_the_entry_named_is_lifted(acme: World) -> None:
    suppressed(acme)
    bounce = suppressed(acme, reason=Reason.BOUNCE)
    with acme.scope():
        lift_suppression(suppression_id=bounce.id)
    assert is_blacklisted(acme, email_key="ann@example.com")


def test_each_tenant_has_a_list_of_its_own(acme: World, rehearsal: World, rival: World) -> None:
    entry = suppressed(acme)
    for stranger in (rehearsal, rival):
        assert not is_blacklisted(stranger, email_key="ann@example.com")
        with stranger.scope(), pytest.raises(SuppressionNotFound):
            lift_suppression(suppression_id=entry.id)
    with acme.scope(), pytest.raises(SuppressionNotFound):
        lift_suppression(suppression_id=new_id())
    assert is_blacklisted(acme, email_key="ann@example.com")

"""Who calls with a key: `caller_with_key` (reliability A1; where-they-meet.md, "Who speaks")."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from crm.kernel.clock import database_now
from crm.organisations.errors import KeyRefused
from crm.organisations.keys import write_key
from crm.organisations.models import ApiKey, KeyKind, Organisation
from crm.organisations.selectors import caller_with_key
from crm.organisations.services import issue_key, revoke_key
from tests.cast import World


def key_of(text: str) -> ApiKey:
    return ApiKey.objects.get(prefix=text.split("_")[2])


def change(text: str, **values: Any) -> None:
    ApiKey.objects.filter(pk=key_of(text).pk).update(**values)


def last_use(text: str) -> Any:
    return key_of(text).last_used_at


def ensure_refused(text: str) -> None:
    with pytest.raises(KeyRefused) as refusal:
        caller_with_key(text)
    assert str(refusal.value) == "Invalid or missing API key."


def test_a_key_tells_whose_it_is_and_what_it_may_do(acme: World) -> None:
    with acme.scope():
        issued = issue_key(name="narrow", permissions=["auth:members:read"])
    caller = caller_with_key(issued.text)
    assert (caller.id, caller.kind, caller.tenant) == (issued.key.id, KeyKind.SECRET, acme.tenant)
    assert caller.permissions == {"auth:members:read"}
    assert abs(caller.now - database_now()) < timedelta(minutes=1)


def test_each_mode_has_keys_of_its_own(acme: World, rehearsal: World, rival: World) -> None:
    for world in (acme, rehearsal, rival):
        assert caller_with_key(world.secret_key).tenant == world.tenant


def test_a_publishable_key_is_one(acme: World) -> None:
    assert caller_with_key(acme.publishable_key).kind == KeyKind.PUBLISHABLE


@pytest.mark.parametrize("text", ["", "x", "sk_live_abcd1234_" + "A" * 43, "Bearer x", "\0", "é" * 60])
def test_a_text_that_is_no_key_of_ours_is_refused(acme: World, text: str) -> None:
    ensure_refused(text)


def test_a_known_prefix_with_another_secret_is_refused(acme: World) -> None:
    ensure_refused(acme.secret_key[:-43] + write_key(kind="secret", mode="live").text[-43:])


@pytest.mark.parametrize(("what", "instead"), [("sk_live_", "sk_test_"), ("sk_live_", "pk_live_")])
def test_a_key_cannot_be_passed_off_as_another_kind_or_mode(acme: World, what: str, instead: str) -> None:
    ensure_refused(acme.secret_key.replace(what, instead))


def test_a_hash_is_not_a_key(acme: World) -> None:
    ensure_refused(key_of(acme.secret_key).digest)


def test_an_expired_key_is_refused_from_that_moment(acme: World) -> None:
    change(acme.secret_key, expires_at=Now() + timedelta(minutes=1))
    caller_with_key(acme.secret_key)
    change(acme.secret_key, expires_at=Now() - timedelta(seconds=1))
    ensure_refused(acme.secret_key)


def test_a_revoked_key_is_refused(acme: World) -> None:
    with acme.scope():
        revoke_key(key_id=key_of(acme.secret_key).id)
    ensure_refused(acme.secret_key)


def test_keys_of_an_organisation_out_of_use_are_refused(acme: World, rival: World) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(is_active=False)
    ensure_refused(acme.secret_key)
    caller_with_key(rival.secret_key)


def test_a_refused_key_is_not_noted_as_used(acme: World) -> None:
    change(acme.secret_key, revoked_at=Now())
    ensure_refused(acme.secret_key)
    ensure_refused(acme.publishable_key[:-43] + "A" * 43)
    assert last_use(acme.secret_key) is None
    assert last_use(acme.publishable_key) is None


def test_use_is_noted_when_it_was_never_noted(acme: World) -> None:
    caller_with_key(acme.secret_key)
    assert abs(last_use(acme.secret_key) - database_now()) < timedelta(minutes=1)
    assert last_use(acme.publishable_key) is None


@pytest.mark.parametrize(("minutes", "noted_anew"), [(1, False), (9, False), (11, True), (60, True)])
def test_use_is_noted_every_ten_minutes_at_most(acme: World, minutes: int, noted_anew: bool) -> None:
    change(acme.secret_key, last_used_at=Now() - timedelta(minutes=minutes))
    before = last_use(acme.secret_key)
    caller_with_key(acme.secret_key)
    assert (last_use(acme.secret_key) > before) is noted_anew


def test_the_test_clock_moves_test_mode_only(acme: World, rehearsal: World) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(test_clock_offset=timedelta(days=40))
    ahead = caller_with_key(rehearsal.secret_key).now - database_now()
    assert timedelta(days=39, hours=23) < ahead < timedelta(days=40, minutes=1)
    assert abs(caller_with_key(acme.secret_key).now - database_now()) < timedelta(minutes=1)


def test_the_test_clock_does_not_expire_keys(acme: World, rehearsal: World) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(test_clock_offset=timedelta(days=40))
    change(rehearsal.secret_key, expires_at=Now() + timedelta(days=1))
    assert caller_with_key(rehearsal.secret_key).tenant == rehearsal.tenant


@pytest.mark.parametrize(
    ("plan", "own", "limit"),
    [("standard", None, 1_000), ("premium", None, 10_000), ("enterprise", None, 100_000), ("standard", 5, 5),
     ("enterprise", 250_000, 250_000)],
)  # fmt: skip
def test_the_plan_or_an_agreement_says_how_many_requests_an_hour(
    acme: World, plan: str, own: int | None, limit: int
) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(plan=plan, requests_per_hour=own)
    assert caller_with_key(acme.secret_key).hourly_limit == limit
    assert Organisation.objects.get(pk=acme.organisation.pk).hourly_limit == limit


def test_a_call_costs_one_read_once_its_use_is_noted(acme: World, django_assert_num_queries: Any) -> None:
    caller_with_key(acme.secret_key)
    with django_assert_num_queries(1):
        caller_with_key(acme.secret_key)
    with django_assert_num_queries(1), pytest.raises(KeyRefused):
        caller_with_key(f"sk_live_{uuid4().hex[:8]}_{'A' * 43}")
    with django_assert_num_queries(1), pytest.raises(KeyRefused):
        caller_with_key("not a key")

"""Issuing, changing, rotating and revoking API keys."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model

from crm.kernel.audit import events_about
from crm.kernel.clock import real_now
from crm.kernel.errors import Invalid
from crm.kernel.ids import new_id
from crm.kernel.models import Event
from crm.organisations.errors import BadPermissions, KeyNotFound, KeyNotUsable, KeyRefused
from crm.organisations.models import ApiKey
from crm.organisations.selectors import caller_with_key, keys_of_scope
from crm.organisations.services import IssuedKey, change_key, issue_key, revoke_key, rotate_key
from tests.cast import World


@pytest.fixture
def issued(acme: World) -> IssuedKey:
    with acme.scope():
        return issue_key(name="till", permissions=["write", "auth:members:read", "write"])


def events(world: World, row: Model) -> list[Event]:
    with world.scope():
        return list(events_about("api_key", row.pk))


def test_a_key_belongs_to_the_open_scope(rehearsal: World) -> None:
    with rehearsal.scope():
        key = issue_key(name="till").key
    key.refresh_from_db()
    assert (key.tenant, key.name, key.kind) == (rehearsal.tenant, "till", "secret")
    assert key.permissions == ["read", "write"]
    assert (key.expires_at, key.revoked_at, key.last_used_at) == (None, None, None)


def test_the_text_is_told_once_and_not_kept(issued: IssuedKey) -> None:
    secret = issued.text[-43:]
    assert secret not in str(ApiKey.objects.filter(pk=issued.key.pk).values().get())
    assert str(issued.key) == f"till ({issued.text[:16]}…)"
    assert secret not in repr(issued.key)


def test_issuing_is_recorded_without_the_secret(acme: World, issued: IssuedKey) -> None:
    (event,) = events(acme, issued.key)
    assert (event.name, event.payload["prefix"]) == ("api_key.issued", issued.text[:16])
    assert issued.text[-43:] not in str(event.payload)


def test_permissions_are_kept_once_and_in_order(issued: IssuedKey) -> None:
    assert issued.key.permissions == ["auth:members:read", "write"]


@pytest.mark.parametrize(
    "permissions",
    [[], [""], ["admin"], ["*"], ["read", "shoe:laces:read"], ["auth:members"], ["auth:members:delete"],
     ["auth:members:read "], ["READ"], [":read"]],
)  # fmt: skip
def test_permissions_that_do_not_exist_are_refused(acme: World, issued: IssuedKey, permissions: list[str]) -> None:
    with acme.scope():
        with pytest.raises(BadPermissions):
            issue_key(name="till", permissions=permissions)
        with pytest.raises(BadPermissions):
            change_key(key_id=issued.key.id, permissions=permissions)
        assert keys_of_scope().filter(name="till").count() == 1


@pytest.mark.parametrize("values", [{"name": ""}, {"name": "x" * 101}, {"kind": "master"}])
def test_a_key_has_a_name_and_a_kind_that_exists(acme: World, values: dict[str, Any]) -> None:
    with acme.scope(), pytest.raises(Invalid) as refusal:
        issue_key(**{"name": "till", **values})
    assert [complaint.field for complaint in refusal.value.complaints] == list(values)


def test_a_key_can_be_changed(acme: World, issued: IssuedKey) -> None:
    end = real_now() + timedelta(days=1)
    with acme.scope():
        change_key(key_id=issued.key.id, name="till 2", permissions=["read"], expires_at=end)
    assert caller_with_key(issued.text).permissions == {"read"}
    changes = events(acme, issued.key)[0].changes
    assert changes["name"] == ["till", "till 2"]
    assert changes["permissions"] == [["auth:members:read", "write"], ["read"]]
    assert changes["expires_at"] == [None, end.isoformat()]


def test_a_change_that_changes_nothing_is_not_recorded(acme: World, issued: IssuedKey) -> None:
    with acme.scope():
        change_key(key_id=issued.key.id, name="till", permissions=["write", "auth:members:read"])
    assert [event.name for event in events(acme, issued.key)] == ["api_key.issued"]


def test_rotation_gives_a_successor_and_the_old_key_a_day(acme: World, issued: IssuedKey) -> None:
    with acme.scope():
        successor = rotate_key(key_id=issued.key.id)
    assert successor.text != issued.text
    new, old = caller_with_key(successor.text), caller_with_key(issued.text)
    assert (new.tenant, new.permissions, new.kind) == (old.tenant, old.permissions, old.kind)
    assert successor.key.name == "till"
    assert successor.key.expires_at is None
    end = ApiKey.objects.get(pk=issued.key.pk).expires_at
    assert end is not None
    assert abs(end - real_now() - timedelta(hours=24)) < timedelta(minutes=1)


def test_rotation_is_recorded_on_the_old_key(acme: World, issued: IssuedKey) -> None:
    with acme.scope():
        successor = rotate_key(key_id=issued.key.id)
    event = events(acme, issued.key)[0]
    assert (event.name, event.payload["successor_id"]) == ("api_key.rotated", str(successor.key.id))
    assert event.changes["expires_at"][0] is None
    assert [event.name for event in events(acme, successor.key)] == ["api_key.issued"]


def test_rotation_never_lengthens_the_old_keys_life(acme: World, issued: IssuedKey) -> None:
    end = real_now() + timedelta(hours=1)
    with acme.scope():
        change_key(key_id=issued.key.id, expires_at=end)
        successor = rotate_key(key_id=issued.key.id)
    assert ApiKey.objects.get(pk=issued.key.pk).expires_at == end
    assert successor.key.expires_at == end


def test_rotation_without_overlap_ends_the_old_key_at_once(acme: World, issued: IssuedKey) -> None:
    with acme.scope():
        successor = rotate_key(key_id=issued.key.id, overlap=timedelta(0))
    with pytest.raises(KeyRefused):
        caller_with_key(issued.text)
    caller_with_key(successor.text)


@pytest.mark.parametrize("ended", [{"revoked_at": 0}, {"expires_at": -1}])
def test_a_key_that_is_no_good_any_more_has_no_successor(acme: World, issued: IssuedKey, ended: dict[str, int]) -> None:
    moments = {field: real_now() + timedelta(seconds=seconds) for field, seconds in ended.items()}
    ApiKey.objects.filter(pk=issued.key.pk).update(**moments)
    with acme.scope():
        with pytest.raises(KeyNotUsable):
            rotate_key(key_id=issued.key.id)
        assert keys_of_scope().filter(name="till").count() == 1


def test_revoking_ends_a_key_at_once_and_is_recorded_once(acme: World, issued: IssuedKey) -> None:
    with acme.scope():
        first = revoke_key(key_id=issued.key.id).revoked_at
        assert revoke_key(key_id=issued.key.id).revoked_at == first
    with pytest.raises(KeyRefused):
        caller_with_key(issued.text)
    assert [event.name for event in events(acme, issued.key)] == ["api_key.revoked", "api_key.issued"]


@pytest.mark.parametrize("service", [change_key, rotate_key, revoke_key])
def test_keys_of_others_and_unknown_ones_are_not_found(
    acme: World, rehearsal: World, rival: World, issued: IssuedKey, service: Any
) -> None:
    for world, key_id in ((rehearsal, issued.key.id), (rival, issued.key.id), (acme, new_id())):
        with world.scope(), pytest.raises(KeyNotFound):
            service(key_id=key_id)
    assert caller_with_key(issued.text).id == issued.key.id


def test_only_the_scopes_own_keys_are_listed(acme: World, rehearsal: World, issued: IssuedKey) -> None:
    with acme.scope():
        assert set(keys_of_scope().values_list("name", flat=True)) == {"everything", "app", "till"}
    with rehearsal.scope():
        assert set(keys_of_scope().values_list("name", flat=True)) == {"everything", "app"}

"""Secrets at rest (reliability X10)."""

import base64

import pytest
from pytest_django import Settings

from config.env import KeyRing
from crm.kernel.errors import Unavailable
from crm.kernel.sealing import blind_index, new_wrapped_key, seal, unseal

OLD, NEW, OTHER = ("old", "o" * 40), ("new", "n" * 40), ("other", "x" * 40)
NUMBER = "K 1234567 ü"


def ring(settings: Settings, *keys: tuple[str, str]) -> None:
    settings.DATA_KEYS = KeyRing(keys)


def test_what_is_sealed_opens_again() -> None:
    key = new_wrapped_key()
    assert unseal(key, seal(key, NUMBER, context="a:passport"), context="a:passport") == NUMBER


def test_an_empty_text_can_be_sealed() -> None:
    key = new_wrapped_key()
    assert unseal(key, seal(key, "", context="a"), context="a") == ""


def test_the_same_text_never_seals_alike() -> None:
    key = new_wrapped_key()
    assert seal(key, NUMBER, context="a") != seal(key, NUMBER, context="a")


def test_nothing_of_the_text_or_its_context_can_be_read() -> None:
    sealed = seal(new_wrapped_key(), "CANARY1234567", context="CONTEXT")
    raw = base64.b64decode(sealed)
    for secret in (b"CANARY", b"1234567", b"CONTEXT"):
        assert secret not in raw
        assert secret not in sealed.encode()


def test_each_wrapped_key_is_new_and_names_its_ring_key(settings: Settings) -> None:
    ring(settings, NEW, OLD)
    first, second = new_wrapped_key(), new_wrapped_key()
    assert first != second
    assert first.startswith("new:")
    assert NEW[1] not in first


@pytest.mark.parametrize("context", ["b:passport", "a:id", "", "a:passport "])
def test_another_context_does_not_open_it(context: str) -> None:
    key = new_wrapped_key()
    sealed = seal(key, NUMBER, context="a:passport")
    with pytest.raises(Unavailable):
        unseal(key, sealed, context=context)


def test_another_persons_key_does_not_open_it() -> None:
    sealed = seal(new_wrapped_key(), NUMBER, context="a")
    with pytest.raises(Unavailable):
        unseal(new_wrapped_key(), sealed, context="a")


def test_a_changed_byte_does_not_open() -> None:
    key = new_wrapped_key()
    data = bytearray(base64.b64decode(seal(key, NUMBER, context="a")))
    data[15] ^= 1
    with pytest.raises(Unavailable):
        unseal(key, base64.b64encode(bytes(data)).decode(), context="a")


def test_an_older_ring_key_still_opens_after_a_newer_one_came(settings: Settings) -> None:
    ring(settings, OLD)
    key = new_wrapped_key()
    sealed = seal(key, NUMBER, context="a")
    ring(settings, NEW, OLD)
    assert unseal(key, sealed, context="a") == NUMBER


@pytest.mark.parametrize("keys", [(NEW,), (OTHER, NEW), (("old", "another secret under the same name!!"),)])
def test_a_ring_without_the_key_does_not_open(settings: Settings, keys: tuple[tuple[str, str], ...]) -> None:
    ring(settings, OLD)
    key = new_wrapped_key()
    sealed = seal(key, NUMBER, context="a")
    ring(settings, *keys)
    with pytest.raises(Unavailable) as refusal:
        unseal(key, sealed, context="a")
    assert NUMBER not in str(refusal.value)


def test_equal_values_of_one_purpose_have_equal_indexes() -> None:
    assert blind_index("A123", purpose="document:id") == blind_index("A123", purpose="document:id")


@pytest.mark.parametrize(("plain", "purpose"), [("A124", "document:id"), ("A123", "document:passport"), ("", "")])
def test_other_values_and_purposes_have_other_indexes(plain: str, purpose: str) -> None:
    assert blind_index(plain, purpose=purpose) != blind_index("A123", purpose="document:id")


def test_value_and_purpose_cannot_run_into_each_other() -> None:
    assert blind_index("bc", purpose="a") != blind_index("c", purpose="ab")


def test_an_index_is_a_keyed_hash_that_tells_nothing(settings: Settings) -> None:
    ring(settings, OLD)
    index = blind_index("A123", purpose="document:id")
    assert len(index) == 64
    assert int(index, 16)
    ring(settings, OTHER)
    assert blind_index("A123", purpose="document:id") != index


def test_an_index_stays_the_same_when_a_key_is_added(settings: Settings) -> None:
    ring(settings, OLD)
    index = blind_index("A123", purpose="document:id")
    ring(settings, NEW, OLD)
    assert blind_index("A123", purpose="document:id") == index

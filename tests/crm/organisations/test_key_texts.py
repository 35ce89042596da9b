"""The text of an API key (reliability A1)."""

import hashlib

import pytest

from crm.organisations.keys import KeyText, read_key, write_key

SECRET = "A" * 43


@pytest.mark.parametrize(
    ("kind", "mode", "start"),
    [("secret", "live", "sk_live_"), ("secret", "test", "sk_test_"), ("publishable", "live", "pk_live_"),
     ("publishable", "test", "pk_test_")],
)  # fmt: skip
def test_a_key_says_its_kind_and_mode(kind: str, mode: str, start: str) -> None:
    written = write_key(kind=kind, mode=mode)
    assert written.text.startswith(f"{start}{written.prefix}_")
    assert read_key(written.text) == written == KeyText(kind, mode, written.prefix, written.text)


def test_no_two_keys_are_alike() -> None:
    texts = {write_key(kind="secret", mode="live").text for _ in range(50)}
    assert len(texts) == len({text.split("_")[2] for text in texts}) == 50


def test_a_seed_always_makes_the_same_key() -> None:
    first, again, other = (write_key(kind="secret", mode="live", seed=seed * 32) for seed in (b"a", b"a", b"b"))
    assert first == again
    assert first.text[17:] != other.text[17:]
    assert first.prefix != other.prefix


def test_a_hash_is_kept_of_the_whole_text() -> None:
    written = write_key(kind="secret", mode="live")
    assert written.digest == hashlib.sha256(written.text.encode()).hexdigest()


@pytest.mark.parametrize(
    "text",
    [f"sk_live_abcd1234_{SECRET}", f"pk_test_00000000_{'-' * 43}", f"sk_test_zzzzzzzz_{'_' * 43}"],
)
def test_texts_of_the_right_form_are_read(text: str) -> None:
    read = read_key(text)
    assert read is not None
    assert read.text == text


@pytest.mark.parametrize(
    "text",
    ["", "sk_live_", f"sk_live_abcd1234_{SECRET[1:]}", f"sk_live_abcd1234_{SECRET}A", f"sk_live_abcd123_{SECRET}",
     f"sk_live_ABCD1234_{SECRET}", f"sk_prod_abcd1234_{SECRET}", f"rk_live_abcd1234_{SECRET}",
     f" sk_live_abcd1234_{SECRET}", f"sk_live_abcd1234_{SECRET}\n", f"sk_live_abcd1234_{SECRET[1:]}=",
     f"sk_live_abcd1234_{SECRET[1:]}é", f"sk_live_abcd123٤_{SECRET}", f"sk-live-abcd1234-{SECRET}"],
)  # fmt: skip
def test_texts_of_any_other_form_are_none(text: str) -> None:
    assert read_key(text) is None

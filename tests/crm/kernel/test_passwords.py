"""Passwords: as much work for nobody as for somebody, a few at a time, none of the commonest (reliability A5, A7)."""

import threading

import pytest

from crm.kernel import passwords
from crm.kernel.errors import Unavailable
from crm.kernel.passwords import WeakPassword, encode_password, ensure_good_password, password_matches
from tests.cast import World


def test_the_right_password_matches_and_no_other(db: None) -> None:
    encoded = encode_password("a long one 77")
    assert password_matches("a long one 77", encoded)
    for wrong in ("a long one 78", "", "a long one 77 "):
        assert not password_matches(wrong, encoded)


@pytest.mark.parametrize("encoded", [None, ""])
def test_who_has_no_password_matches_nothing_at_the_same_cost(
    monkeypatch: pytest.MonkeyPatch, encoded: str | None
) -> None:
    compared: list[str] = []
    monkeypatch.setattr(passwords, "check_password", lambda _given, known: bool(compared.append(known)) or True)
    assert not password_matches("anything", encoded)
    assert len(compared) == 1
    assert compared[0]


def test_a_long_text_is_not_cut_to_a_password() -> None:
    encoded = encode_password("x" * 128)
    assert password_matches("x" * 128, encoded)
    assert not password_matches("x" * 129, encoded)
    assert not password_matches("x" * 100_000, encoded)


def test_who_waits_too_long_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_ROOM", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 0.01)
    with passwords.room_to_hash(), pytest.raises(Unavailable):
        password_matches("anything", None)


@pytest.mark.parametrize("given", ["", "1234567", "12345678", "password1", "x" * 129])
def test_weak_passwords_are_refused(acme: World, given: str) -> None:
    with acme.scope(), pytest.raises(WeakPassword):
        ensure_good_password(given)


@pytest.mark.parametrize("given", ["12345", "passw"])
def test_in_test_mode_the_documents_examples_pass(rehearsal: World, given: str) -> None:
    with rehearsal.scope():
        ensure_good_password(given)
        with pytest.raises(WeakPassword):
            ensure_good_password(given[:4])

"""Parallel refreshes and sign-outs (reliability A3, A4, T15)."""

import pytest

from crm.organisations.errors import SessionRefused
from crm.organisations.models import Session
from crm.organisations.services import Device, OpenedSession, refresh_session
from crm.organisations.services import sessions as session_services
from tests.cast import Cast
from tests.members import a_member, authenticate, member_from
from tests.proofs import times
from tests.races.together import raised, succeeded, together

pytestmark = [pytest.mark.xdist_group("races"), pytest.mark.proof]

CALLERS, ROUNDS, SIGN_OUTS = 32, times(100, 10), times(20, 5)


def refreshing(token: str) -> list[object]:
    def work() -> OpenedSession:
        return refresh_session(refresh_token=token, device=Device())

    return together(*[work] * CALLERS)


def test_of_thirty_two_refreshes_one_wins_in_each_round(committed_cast: Cast) -> None:
    member = a_member(committed_cast.acme)
    for number in range(ROUNDS):
        outcomes = refreshing(member.refresh_token)
        assert (succeeded(outcomes), raised(outcomes, SessionRefused)) == (1, CALLERS - 1), outcomes
        # The same token came twice: whoever holds the new one is out as well.
        assert not Session.objects.filter(ended_at=None).exists()
        # From another address each time: of one, a hundred tries in a quarter of an hour are enough.
        again = authenticate(committed_cast.acme, "ann@example.com", address=f"192.0.2.{number}")
        member = member_from(committed_cast.acme, again)


def test_without_the_condition_several_win(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    # Every token looks like the one that stands.
    monkeypatch.setattr(session_services, "digest_of", lambda _text: "0" * 64)
    member = a_member(committed_cast.acme)
    assert succeeded(refreshing(member.refresh_token)) > 1


def test_signed_out_is_dead_before_the_answer_returns(committed_cast: Cast) -> None:
    for _ in range(SIGN_OUTS):
        member = a_member(committed_cast.acme, email="out@example.com")
        outcomes = together(
            lambda member=member: member.api.post(f"{member.path}/sign_out").status_code,
            *[lambda member=member: member.api.get(member.path).status_code] * 4,
        )
        assert outcomes[0] == 200
        assert set(outcomes[1:]) <= {200, 401}
        assert member.api.get(member.path).status_code == 401
        member_from(committed_cast.acme, authenticate(committed_cast.acme, "out@example.com")).api.delete(member.path)


def test_with_a_changed_password_other_sessions_are_dead_before_the_answer_returns(committed_cast: Cast) -> None:
    for number in range(SIGN_OUTS):
        email = f"changed{number}@example.com"
        member = a_member(committed_cast.acme, email=email)
        other = member_from(committed_cast.acme, authenticate(committed_cast.acme, email))
        body = {"password": "another password of theirs 8"}
        outcomes = together(
            lambda member=member, body=body: member.api.post(f"{member.path}/change_password", body).status_code,
            *[lambda other=other: other.api.get(other.path).status_code] * 4,
        )
        assert outcomes[0] == 200
        assert set(outcomes[1:]) <= {200, 401}
        assert other.api.get(other.path).status_code == 401
        assert other.refresh().status_code == 401
        assert member.api.get(member.path).status_code == 200

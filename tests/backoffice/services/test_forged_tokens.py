"""Tokens that were not made here, or are used as what they are not: all are refused alike (reliability A2)."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.conf import settings

from tests.backoffice.services.wire import CHECK, ME, MEMBERS, Visitor, a_signed_in_member, error, signed_in_staff
from tests.cast import Api, Cast, World

OTHER_KEY = "k" * 64


def claims_of(visitor: Visitor) -> dict[str, Any]:
    return dict(jwt.decode(visitor.token, options={"verify_signature": False}))


def signed(claims: dict[str, Any], *, key: str | None = None, alg: str = "HS256", **header: Any) -> str:
    """A token with our own key and its name, unless told otherwise."""
    name, ours = settings.JWT_KEYS.current
    return jwt.encode(claims, key or ours, alg, headers={"kid": name, **header})


def _nameless(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, settings.JWT_KEYS.current[1], "HS256")


def unsigned(claims: dict[str, Any], alg: str) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': alg, 'typ': 'JWT', 'kid': settings.JWT_KEYS.current[0]})}.{part(claims)}."


def with_claims(**changed: Any) -> Callable[[dict[str, Any]], str]:
    return lambda claims: signed({**claims, **changed})


def without(name: str) -> Callable[[dict[str, Any]], str]:
    return lambda claims: signed({key: value for key, value in claims.items() if key != name})


def with_header(**header: Any) -> Callable[[dict[str, Any]], str]:
    return lambda claims: signed(claims, **header)


def _spoilt(claims: dict[str, Any]) -> str:
    head, body, signature = signed(claims).split(".")
    return f"{head}.{body}.{signature[:-2]}{'AA' if signature[-2:] != 'AA' else 'BB'}"


def _other_claims_under_the_same_signature(claims: dict[str, Any]) -> str:
    head, _body, signature = signed(claims).split(".")
    return f"{head}.{signed({**claims, 'sub': str(uuid4())}).split('.')[1]}.{signature}"


HOUR = 3600
FORGERIES: dict[str, Callable[[dict[str, Any]], str]] = {
    "alg none": lambda claims: unsigned(claims, "none"),
    "alg None": lambda claims: unsigned(claims, "None"),
    "no signature": lambda claims: unsigned(claims, "HS256"),
    "another key": lambda claims: signed(claims, key=OTHER_KEY),
    "the platform's secret": lambda claims: signed(claims, key=settings.SECRET_KEY.ljust(64, "x")),
    "a longer hash": lambda claims: signed(claims, alg="HS512"),
    "a shorter signature": _spoilt,
    "other claims under the same signature": _other_claims_under_the_same_signature,
    "an unknown kid": with_header(kid="other"),
    "a path for a kid": with_header(kid="../../etc/passwd"),
    "no kid": _nameless,
    "crit": with_header(crit=["exp"]),
    "jku": with_header(jku="https://evil.example/keys"),
    "x5u": with_header(x5u="https://evil.example/keys"),
    "jwk": with_header(jwk={"kty": "oct", "k": "a2tra2s"}),
    "an unencoded body": with_header(b64=False),
    "a wrong aud": with_claims(aud="rapport:member"),
    "a foreign aud": with_claims(aud="elsewhere"),
    "a wrong iss": with_claims(iss="https://evil.example"),
    "a wrong typ": with_claims(typ="member"),
    "an unknown typ": with_claims(typ="operator"),
    "a typ that is no text": with_claims(typ=["staff"]),
    "another mode": with_claims(mode="test"),
    "another organisation": with_claims(org=str(uuid4())),
    "another person": with_claims(sub=str(uuid4())),
    "another session": with_claims(sid=str(uuid4())),
    "a session that is no id": with_claims(sid="1"),
    "expired": with_claims(exp=int(time.time()) - HOUR),
    "not yet begun": with_claims(nbf=int(time.time()) + HOUR),
    "issued tomorrow": with_claims(iat=int(time.time()) + HOUR),
    "an exp that is no number": with_claims(exp="never"),
    **{f"no {name}": without(name)
       for name in ("iss", "aud", "exp", "nbf", "iat", "sub", "sid", "typ", "org", "mode")},
}  # fmt: skip


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forged_token_is_refused_like_none(acme: World, kind: str) -> None:
    agent = signed_in_staff(acme)
    token = FORGERIES[kind](claims_of(agent))
    expected = Api("a.b.c").get(CHECK)
    for path in (CHECK, MEMBERS, ME, "/v1/customers", "/v1/customers/me"):
        answer = Api(token).get(path)
        assert answer.status_code == 401, (path, answer.content)
    answer = Api(token).get(CHECK)
    assert (error(answer, 401), answer.content) == ({"message": "Invalid or expired token."}, expected.content)


def test_the_same_claims_signed_rightly_are_taken(acme: World) -> None:
    """Else every forgery above might be refused for a reason of the forger's."""
    assert Api(signed(claims_of(signed_in_staff(acme)))).get(CHECK).status_code == 200


@pytest.mark.parametrize("aud", ["rapport:staff", "rapport:member"])
def test_a_members_token_is_not_relabelled_as_staff(acme: World, aud: str) -> None:
    """Even by whoever holds our own key: the session's row says whose it is."""
    member = a_signed_in_member(acme)
    token = signed({**claims_of(member), "typ": "staff", "aud": aud})
    for path in (CHECK, MEMBERS, "/v1/customers"):
        assert Api(token).get(path).status_code == 401


def test_a_staff_token_is_not_relabelled_as_a_members(acme: World) -> None:
    token = signed({**claims_of(signed_in_staff(acme)), "typ": "member", "aud": "rapport:member"})
    assert Api(token).get(ME).status_code == 401


def test_a_token_does_not_follow_its_bearer_into_another_place(cast: Cast) -> None:
    live = claims_of(signed_in_staff(cast.acme))
    for stranger in (cast.rehearsal, cast.rival):
        other = signed_in_staff(stranger)
        assert Api(signed({**live, "sid": str(other.session.pk)})).get(CHECK).status_code == 401


@pytest.mark.parametrize("text", ["..", "a.b.c", ".", "eyJhbGciOiJub25lIn0..", "é.é.é", "." * 500, "a.b.c" * 5_000])
def test_a_text_that_is_no_token_is_refused(acme: World, text: str) -> None:
    assert Api(text).get(CHECK).status_code == 401

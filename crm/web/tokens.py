"""Access tokens: simplejwt's, one class for each kind of person, signed with our own ring of keys (reliability A2).

A token says who it is for and names a session; whether that still stands, the session's row decides on every request.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenBackendExpiredToken, TokenError
from rest_framework_simplejwt.tokens import Token

from crm.organisations.errors import SessionRefused
from crm.organisations.models import Session, SessionKind

LIFETIME = timedelta(minutes=60)
LEEWAY = timedelta(seconds=30)
ALGORITHM = "HS256"
REQUIRED = ("iss", "aud", "exp", "nbf", "iat", "sub", "sid", "typ", "org", "mode")
HEADER = {"alg", "typ", "kid"}


class RingBackend(TokenBackend):
    """Signs with the current key of JWT_KEYS and names it; reads tokens of every key of the ring, and nothing else."""

    def __init__(self, kind: str) -> None:
        super().__init__(ALGORITHM, audience=f"rapport:{kind}", issuer=settings.BASE_URL, leeway=LEEWAY)

    def encode(self, payload: dict[str, Any]) -> str:
        name, key = settings.JWT_KEYS.current
        return jwt.encode({**payload, "aud": self.audience, "iss": self.issuer}, key, ALGORITHM, headers={"kid": name})

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        try:
            header: Mapping[str, Any] = jwt.get_unverified_header(token)
            # `crit`, `jku`, `x5u`, `jwk` and whatever else there may be are not looked at, but refused.
            if set(header) - HEADER or header.get("alg") != ALGORITHM:
                raise TokenBackendError("Token is invalid")
            key = dict(settings.JWT_KEYS.keys)[header["kid"]]
            claims: dict[str, Any] = jwt.decode(
                token, key, algorithms=[ALGORITHM], audience=self.audience, issuer=self.issuer, leeway=LEEWAY,
                options={"require": list(REQUIRED)},
            )  # fmt: skip
        except jwt.ExpiredSignatureError as error:
            raise TokenBackendExpiredToken("Token is expired") from error
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
            raise TokenBackendError("Token is invalid") from error
        return claims


class Access(Token):
    """The least that both kinds have in common; `token_type` is the claim `typ`."""

    lifetime = LIFETIME

    @classmethod
    def of(cls, session: Session) -> "Access":
        """An access token for an open session."""
        token = cls()
        token["nbf"] = token["iat"]
        token["sub"], token["sid"] = str(session.subject_id), str(session.id)
        token["org"], token["mode"] = str(session.organisation_id), session.mode
        return token

    def get_token_backend(self) -> TokenBackend:
        return _backend(str(self.token_type))


class StaffAccess(Access):
    token_type = "staff"  # noqa: S105


class MemberAccess(Access):
    token_type = "member"  # noqa: S105


_KINDS: dict[str, type[Access]] = {SessionKind.STAFF: StaffAccess, SessionKind.MEMBER: MemberAccess}


@cache
def _backend(kind: str) -> RingBackend:
    return RingBackend(kind)


def access_token_for(session: Session) -> Access:
    return _KINDS[session.kind].of(session)


def read_access_token(text: str) -> tuple[str, UUID, Access]:
    """The kind of person, the session and the claims of a good token; raises SessionRefused for any other text."""
    try:
        kind = str(jwt.decode(text, options={"verify_signature": False}).get("typ"))
        token = _KINDS[kind](text)  # type: ignore[arg-type]
        return kind, UUID(str(token["sid"])), token
    except (jwt.InvalidTokenError, TokenError, KeyError, ValueError):
        raise SessionRefused from None

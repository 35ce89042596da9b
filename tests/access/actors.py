"""Everybody who may call, rightly or not: each with credentials, and what is to be expected of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import jwt
from django.conf import settings
from django.test import Client

from crm.contacts.services import update_customer
from crm.organisations.models import Session
from crm.organisations.services import Device, issue_key, revoke_key, sign_in_staff
from crm.web.grants import Audience
from crm.web.tokens import access_token_for
from tests.cast import PASSWORD, Cast, World
from tests.members import Member, a_member

CANARY = {"acme": "Acanary", "rehearsal": "Tcanary", "rival": "Rcanary"}


@dataclass(frozen=True)
class Actor:
    """`audience` is None for those who are nobody. `world` is where they are at home; `grants` what they lack."""

    name: str
    credential: str
    audience: Audience | None
    world: str = "acme"
    only: frozenset[str] = field(default_factory=frozenset)

    @property
    def names_a_person(self) -> bool:
        """Whether what they come with is, or was, a person's token, or is taken for one."""
        return bool(self.credential) and not self.credential.startswith(("sk_", "pk_"))

    def client(self, dialect: str) -> Client:
        """Their credential in the header that the dialect reads it from."""
        if not self.credential:
            return Client(raise_request_exception=False)
        is_key = self.credential.startswith(("sk_", "pk_"))
        header = "api_key" if dialect == "self-service" and is_key else "Authorization"
        value = self.credential if header == "api_key" else f"Bearer {self.credential}"
        return Client(headers={header: value}, raise_request_exception=False)


def people_of(cast: Cast) -> dict[str, Member]:
    """In each world somebody who is signed in, whose every name tells the world."""
    worlds = {"acme": cast.acme, "rehearsal": cast.rehearsal, "rival": cast.rival}
    return {
        name: a_member(world, f"{CANARY[name].lower()}@example.com", first_name=CANARY[name])
        for name, world in worlds.items()
    }


def staff_token(world: World, role: str) -> tuple[str, Session]:
    email = f"{role}@{world.organisation.slug}.example"
    opened = sign_in_staff(email=email, password=PASSWORD, device=Device(), mode=world.mode)
    return str(access_token_for(opened.session)), opened.session


def actors(cast: Cast, people: dict[str, Member]) -> list[Actor]:
    acme = cast.acme
    with acme.scope():
        revoked = issue_key(name="revoked")
        revoke_key(key_id=revoked.key.id)
        reader = issue_key(name="reader", permissions=["read"]).text
    return [
        Actor("owner's key", acme.secret_key, Audience.KEY),
        Actor("own test key", cast.rehearsal.secret_key, Audience.KEY, "rehearsal"),
        Actor("other organisation's key", cast.rival.secret_key, Audience.KEY, "rival"),
        Actor("reading key", reader, Audience.KEY, only=frozenset({"read"})),
        Actor("publishable key", acme.publishable_key, Audience.PUBLISHABLE_KEY),
        Actor("other organisation's app", cast.rival.publishable_key, Audience.PUBLISHABLE_KEY, "rival"),
        Actor("staff owner", staff_token(acme, "owner")[0], Audience.STAFF),
        Actor("staff without the grant", staff_token(acme, "analyst")[0], Audience.STAFF, only=frozenset({"read"})),
        Actor("other organisation's staff", staff_token(cast.rival, "owner")[0], Audience.STAFF, "rival"),
        Actor("staff in test mode", staff_token(cast.rehearsal, "owner")[0], Audience.STAFF, "rehearsal"),
        Actor("member", people["acme"].access_token, Audience.MEMBER),
        Actor("other member", a_member(acme, "other@example.com").access_token, Audience.MEMBER),
        Actor("other organisation's member", people["rival"].access_token, Audience.MEMBER, "rival"),
        Actor("member of test mode", people["rehearsal"].access_token, Audience.MEMBER, "rehearsal"),
        Actor("anonymous", "", None),
        Actor("revoked key", revoked.text, None),
        *(Actor(name, make(acme), None) for name, make in NOBODIES.items()),
    ]


def _expired(world: World) -> str:
    token = a_member(world, "expired@example.com")
    return _signed(_claims(token.access_token) | {"exp": 1_700_000_000, "iat": 1_699_990_000, "nbf": 1_699_990_000})


def _signed_out(world: World) -> str:
    member = a_member(world, "out@example.com")
    member.api.post(f"{member.path}/sign_out")
    return member.access_token


def _deactivated(world: World) -> str:
    member = a_member(world, "inactive@example.com")
    with world.scope():
        update_customer(contact_id=member.id, status="inactive")  # type: ignore[arg-type]
    return member.access_token


def _left(world: World) -> str:
    member = a_member(world, "left@example.com")
    member.api.delete(member.path)
    return member.access_token


def _session_over(world: World) -> str:
    token, session = staff_token(world, "agent")
    Session.objects.filter(pk=session.pk).update(expires_at=session.created_at - timedelta(days=1))
    return token


def _other_kind(world: World) -> str:
    """A member's session under the name of staff, rightly signed."""
    claims = _claims(a_member(world, "climber@example.com").access_token)
    return _signed(claims | {"typ": "staff", "aud": "rapport:staff"})


def _other_mode(world: World) -> str:
    return _signed(_claims(a_member(world, "mode@example.com").access_token) | {"mode": "test"})


def _no_algorithm(world: World) -> str:
    return jwt.encode(_claims(a_member(world, "none@example.com").access_token), "", algorithm="none")


def _other_key(world: World) -> str:
    name, _ = settings.JWT_KEYS.current
    claims = _claims(a_member(world, "key@example.com").access_token)
    return jwt.encode(claims, "another key of sufficient length, at least", "HS256", headers={"kid": name})


NOBODIES: dict[str, Callable[[World], str]] = {
    "expired token": _expired,
    "signed out": _signed_out,
    "deactivated": _deactivated,
    "left": _left,
    "session over": _session_over,
    "wrong kind of token": _other_kind,
    "token of another mode": _other_mode,
    "unsigned token": _no_algorithm,
    "token of another key": _other_key,
}


def _claims(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def _signed(claims: dict[str, Any]) -> str:
    name, key = settings.JWT_KEYS.current
    return jwt.encode(claims, key, "HS256", headers={"kid": name})

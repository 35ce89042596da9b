"""How S1 is spoken to in these tests, and how its answers are read."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.test import Client

from crm.contacts.services import open_member_session
from crm.organisations.models import Session, SessionKind
from crm.organisations.services import Device, open_session
from crm.web.tokens import access_token_for
from tests.builders import a_customer
from tests.cast import PASSWORD, Api, World

AUTH = "/auth/api"
CHECK, MEMBERS, ME = f"{AUTH}/check-access-token-session", f"{AUTH}/members", f"{AUTH}/members/me"
COOKIE = "refreshToken"


def data(answer: Any, status: int = 200) -> Any:
    """What an answer that must be a success holds."""
    assert answer.status_code == status, answer.content
    assert set(answer.json()) == {"statusCode", "data"}
    assert answer.json()["statusCode"] == status
    return answer.json()["data"]


def error(answer: Any, status: int) -> dict[str, Any]:
    """What an answer that must be a refusal says."""
    body: dict[str, Any] = data(answer, status)
    assert set(body) <= {"message", "errors"}
    return body


def complaints(answer: Any) -> dict[str, str]:
    """The errors of a 400, by field."""
    return {item["field"]: item["message"] for item in error(answer, 400)["errors"]}


def email_of(world: World, role: str) -> str:
    return world.staff[role].user.email


def login(world: World, role: str = "agent", address: str = "127.0.0.1", **more: Any) -> Any:
    """Sign in as acme's staff of that role, with whatever else is said."""
    body = {"email": email_of(world, role), "password": PASSWORD, **more}
    client = Client(headers={"User-Agent": "Firefox"}, REMOTE_ADDR=address, raise_request_exception=False)
    return client.post(f"{AUTH}/login", body, content_type="application/json")


def refresh(token: str | None = None, client: Client | None = None) -> Any:
    client = client or Client(raise_request_exception=False)
    body = {} if token is None else {"refreshToken": token}
    return client.post(f"{AUTH}/get-new-access-token", body, content_type="application/json")


def check(token: str) -> int:
    """The status that S1 gives to a token."""
    return int(Api(token).get(CHECK).status_code)


@dataclass
class Visitor:
    """Somebody signed in, without the cost of a password."""

    session: Session
    refresh_token: str

    @property
    def token(self) -> str:
        return str(access_token_for(self.session))

    @property
    def id(self) -> UUID:
        return UUID(str(self.session.subject_id))

    @property
    def api(self) -> Api:
        return Api(self.token)


def a_signed_in_member(world: World, **values: Any) -> Visitor:
    """A new customer of `world` who is signed in."""
    contact_id = a_customer(world, **values)
    with world.scope():
        opened = open_member_session(contact_id=contact_id, device=Device("App", "192.0.2.7"))
    return Visitor(opened.session, opened.refresh_token)


def signed_in_staff(world: World, role: str = "agent") -> Visitor:
    opened = open_session(
        kind=SessionKind.STAFF, subject_id=world.staff[role].pk, tenant=world.tenant, device=Device("Till", "192.0.2.8")
    )
    return Visitor(opened.session, opened.refresh_token)


def staff_api(world: World, role: str = "agent") -> Api:
    return signed_in_staff(world, role).api

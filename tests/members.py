"""Members as tests see them: they register through the app's own API, and call with what it answered."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from tests.cast import Api, World

BASE = "/self-service/v1"
PASSWORD = "a password of their own 7"


def app(world: World) -> Api:
    """The business's app before anybody has signed in."""
    return Api(world.publishable_key, header="api_key")


def registration(email: str = "ann@example.com", password: str = PASSWORD, **more: Any) -> dict[str, Any]:
    identity = {"provider": "EMAIL", "username": email, "password": password}
    return {"first_name": "Ann", "last_name": "Lee", "identity": identity, **more}


@dataclass
class Member:
    """Somebody who is signed in."""

    world: World
    id: str
    access_token: str
    refresh_token: str
    address: str = "127.0.0.1"

    @property
    def path(self) -> str:
        return f"{BASE}/contacts/{self.id}"

    @property
    def api(self) -> Api:
        return Api(self.access_token)

    def refresh(self) -> Any:
        return app(self.world).post(f"{BASE}/contacts/refresh", {"refresh_token": self.refresh_token})


def member_from(world: World, answer: Any) -> Member:
    assert answer.status_code == 200, answer.content
    body = answer.json()
    return Member(world, body["contact"]["id"], body["access_token"], body["refresh_token"])


def a_member(world: World, email: str = "ann@example.com", **more: Any) -> Member:
    return member_from(world, app(world).post(f"{BASE}/contacts/register", registration(email, **more)))


def authenticate(world: World, email: str, password: str = PASSWORD, address: str = "127.0.0.1") -> Any:
    body = {"provider": "EMAIL", "username": email, "password": password}
    client = Client(headers={"api_key": world.publishable_key}, REMOTE_ADDR=address, raise_request_exception=False)
    return client.post(f"{BASE}/contacts/authenticate", body, content_type="application/json")


def with_header(name: str, value: str) -> Client:
    return Client(headers={name: value}, raise_request_exception=False)

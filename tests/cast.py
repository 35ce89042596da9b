"""The closed cast of characters: acme with its staff by role, acme in rehearsal, and rival, the stranger."""

from contextlib import AbstractContextManager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.test import Client

from crm.campaigns.models import Listing
from crm.campaigns.services import open_listing
from crm.kernel.actors import job_actor
from crm.kernel.entrances import scope_for
from crm.kernel.tenancy import Mode, Scope, Tenant
from crm.organisations.models import KeyKind, Organisation, Staff
from crm.organisations.roles import Role
from crm.organisations.services import add_staff, issue_key, open_organisation
from loyalty.tiers.services import set_up_tiers

PASSWORD = "correct horse battery"


class Api:
    """A machine that calls with one key. Answers are Django test responses; `.json()` reads them."""

    def __init__(self, key: str | None, header: str = "Authorization") -> None:
        value = f"Bearer {key}" if header == "Authorization" else key
        self.client = Client(headers={header: value} if key else None, raise_request_exception=False)

    def get(self, path: str, **parameters: Any) -> Any:
        return self.client.get(path, query_params=parameters or None)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("post", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("put", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("patch", path, body, **options)

    def delete(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("delete", path, body, **options)

    def form(self, verb: str, path: str, **fields: Any) -> Any:
        """The fields as a form, the way the listings API is spoken to."""
        from urllib.parse import urlencode

        return self.send(verb, path, urlencode(fields), content_type="application/x-www-form-urlencoded")

    def send(
        self, verb: str, path: str, body: Any = None, content_type: str = "application/json", **options: Any
    ) -> Any:
        data = body if body is not None else ""
        return getattr(self.client, verb)(path, data, content_type=content_type, **options)


@dataclass
class World:
    """One organisation in one mode, as tests see it."""

    organisation: Organisation
    mode: str
    secret_key: str = ""
    publishable_key: str = ""
    listing: Listing = field(default_factory=Listing)
    staff: dict[str, Staff] = field(default_factory=dict)

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.organisation.id, self.mode)

    @property
    def api(self) -> Api:
        return Api(self.secret_key)

    def scope(self, actor: str = "test") -> AbstractContextManager[Scope]:
        """As tests may: to arrange and to look. Code under test opens its scopes itself."""
        return scope_for(self.tenant, job_actor(actor))

    def key_with(self, *permissions: str) -> Api:
        with self.scope():
            return Api(issue_key(name="narrow", permissions=permissions).text)

    def browser_of(self, role: str) -> Client:
        """A browser in which the staff member of that role has signed in to the back office."""
        client = Client(raise_request_exception=False)
        client.force_login(self.staff[role].user)
        if self.mode == Mode.TEST:
            client.post("/admin/switch/", {"to": f"{self.organisation.id}:{self.mode}"})
        return client


@dataclass
class Cast:
    acme: World
    rehearsal: World
    rival: World


_kept: list[Cast] = []


def keep_cast() -> None:
    """Build the cast in rows that stay: every test begins with them, and takes back what it adds."""
    _kept[:] = [build_cast()]


def cast_for_a_test() -> Cast:
    """The cast as it was built: what a test does to these objects stays with it."""
    return deepcopy(_kept[0])


def build_cast() -> Cast:
    acme = open_organisation(name="Acme", slug="acme", actor=job_actor("test"))
    rival = open_organisation(name="Rival", slug="rival", actor=job_actor("test"))
    live = _world(acme, Mode.LIVE)
    test = _world(acme, Mode.TEST)
    test.staff = live.staff
    return Cast(acme=live, rehearsal=test, rival=_world(rival, Mode.LIVE))


def _world(organisation: Organisation, mode: str) -> World:
    world = World(organisation, mode)
    with world.scope():
        set_up_tiers()
        world.secret_key = issue_key(name="everything").text
        world.publishable_key = issue_key(name="app", kind=KeyKind.PUBLISHABLE).text
        world.listing = open_listing(name="Newsletter")
        if mode == Mode.LIVE:
            for role in Role.values:
                email = f"{role}@{organisation.slug}.example"
                world.staff[role] = add_staff(email=email, role=role, name=role.title(), password=PASSWORD)
    return world


def customer_id(answer: Any) -> UUID:
    """The bare id in an answer of S0."""
    return UUID(answer.json()["data"]["id"].removeprefix("cus_"))

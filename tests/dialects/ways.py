"""How each dialect is spoken to, and what its refusals look like, told without asking the product."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.cast import Api, World
from tests.members import registration

NOBODY = "0192f0c5-7a3b-7c1e-9b1a-2f4e5d6c7b8a"
# Who is changed in a place, by its key: known before the database goes away.
MEMBERS: dict[str, UUID] = {}


@dataclass(frozen=True)
class Way:
    """`path` takes a person by `verb`, and nothing by `wrong_verb`; `missing` names one who is not there."""

    name: str
    prefix: str
    path: Callable[[World], str]
    missing: Callable[[World], str]
    header: str
    check: Callable[[int, dict[str, Any], str], None]
    # Which key opens `path`, which is good but not for it, what is sent there, and how a taken request is answered.
    key: str = "secret_key"
    other_key: str = "publishable_key"
    body: Callable[[str], dict[str, Any]] = lambda email: {"name": "John Doe", "email": email}
    taken: int = 201
    verb: str = "post"
    wrong_verb: str = "patch"
    # What a taken request adds one of, where it adds anything.
    makes: str = "Contact"

    def api(self, key: str | None) -> Api:
        return Api(key, header=self.header)


def _only(body: dict[str, Any], required: set[str], optional: frozenset[str] = frozenset()) -> None:
    assert required <= set(body) <= required | optional, body


def _details(details: Any) -> None:
    assert details, "details are left out where there are none"
    for detail in details:
        _only(detail, {"field", "message"})
        assert all(isinstance(text, str) and text for text in detail.values())


def _v1(status: int, body: dict[str, Any], word: str) -> None:
    _only(body, {"error"})
    _only(body["error"], {"code", "message"}, frozenset({"details"}))
    assert (body["error"]["code"], bool(body["error"]["message"])) == (word, True)
    if "details" in body["error"]:
        _details(body["error"]["details"])


def _services(status: int, body: dict[str, Any], word: str) -> None:
    _only(body, {"statusCode", "data"})
    _only(body["data"], {"message"}, frozenset({"errors"}))
    assert (body["statusCode"], bool(body["data"]["message"])) == (status, True)
    if "errors" in body["data"]:
        _details(body["data"]["errors"])


def _self_service(status: int, body: dict[str, Any], word: str) -> None:
    _only(body, {"status", "message", "error", "parameters"})
    assert (body["status"], body["error"]) == (status, f"CRM.EXCEPTIONS.{word}EXCEPTION")
    assert body["message"]
    assert all(isinstance(name, str) for name in body["parameters"])


def _listings(status: int, body: dict[str, Any], word: str) -> None:
    _only(body, {"status", "message"})
    assert (body["status"], bool(body["message"])) == ("error", True)


def _dev(status: int, body: dict[str, Any], word: str) -> None:
    _only(body, {"message"}, frozenset({"errors"}))
    assert body["message"] == word if word else body["message"]
    if "errors" in body:
        _details(body["errors"])


WAYS = (
    Way(name="v1", prefix="/v1", path=lambda _: "/v1/customers", missing=lambda _: f"/v1/customers/cus_{NOBODY}",
        header="Authorization", check=_v1),
    # Nobody becomes a member through S1's own routes, so somebody who is one is changed.
    Way(name="services", prefix="/auth/api", path=lambda world: f"/auth/api/members/{MEMBERS[world.secret_key]}",
        missing=lambda _: f"/auth/api/members/{NOBODY}", header="Authorization", check=_services,
        body=lambda email: {"firstName": "John", "email": email}, taken=200, verb="patch", wrong_verb="put"),
    Way(name="self-service", prefix="/self-service/v1", path=lambda _: "/self-service/v1/contacts/register",
        missing=lambda _: f"/self-service/v1/contacts/{NOBODY}", header="api_key", check=_self_service,
        key="publishable_key", other_key="secret_key", body=registration, taken=200),
    Way(name="listings", prefix="/crm", path=lambda world: f"/crm/{world.listing.pk}",
        missing=lambda world: f"/crm/{world.listing.pk}?id=999999999", header="Authorization", check=_listings),
    Way(name="dev", prefix="/dev", path=lambda _: "/dev/crm/customers",
        missing=lambda _: f"/dev/crm/customers/{NOBODY}", header="Authorization", check=_dev),
    Way(name="dev", prefix="/dev", path=lambda _: "/dev/crm/leads", missing=lambda _: f"/dev/crm/leads/{NOBODY}",
        header="Authorization", check=_dev, makes="Lead"),
    Way(name="dev", prefix="/dev", path=lambda _: "/dev/products", missing=lambda _: f"/dev/products/{NOBODY}",
        header="Authorization", check=_dev, makes="Product",
        body=lambda sku: {"name": "Cup", "price": 12.5, "units_in_stock": 3, "sku": sku}),
)  # fmt: skip

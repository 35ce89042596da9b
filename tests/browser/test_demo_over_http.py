"""Everything that `manage.py demo --json` names works over HTTP, with no browser."""

import json
import re
from typing import Any

import httpx
import pytest

from tests.browser.conftest import Wire
from tests.browser.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SLUGS = ("kaffa", "rival", "tiny")
MODES = ("live", "test")
ROLES = ("owner", "manager", "agent", "analyst")
PLACES = [(slug, mode) for slug in SLUGS for mode in MODES]


def mode_of(product: Product, slug: str, mode: str) -> dict[str, Any]:
    shown: dict[str, Any] = product.organisation(slug)[mode]
    return shown


def is_in(browser: httpx.Client) -> bool:
    return browser.get("/admin/").url.path == "/admin/"


def selected_place(page: str) -> str:
    found = re.search(r"<option[^>]* selected>([^<]+)</option>", page)
    assert found, "no place is selected in the switch"
    return found[1]


def places_offered(page: str) -> list[str]:
    switch = page[page.index('name="to"') :]
    return re.findall(r"<option[^>]*>([^<]+)</option>", switch[: switch.index("</select>")])


def test_the_block_that_is_printed_names_the_sign_ins_and_the_key(product: Product) -> None:
    block = product.ready_block
    assert f"{product.base_url}/admin/" in block
    assert f"{product.base_url}/docs/" in block
    kaffa = product.first_demo["organisations"][0]
    for person in (product.first_demo["admin"], *kaffa["staff"]):
        assert re.search(rf"{person['email']}\s+{person['password']}", block)
    assert kaffa["live"]["secret_key"] in block


def test_the_json_has_the_shape_that_scripts_rely_on(product: Product) -> None:
    assert product.demo["base_url"] == product.base_url
    assert set(product.demo["admin"]) >= {"path", "email", "password"}
    assert [shown["slug"] for shown in product.demo["organisations"]] == list(SLUGS)
    for shown in product.demo["organisations"]:
        assert [person["role"] for person in shown["staff"]] == list(ROLES)
        for mode in MODES:
            assert set(shown[mode]) >= {
                "secret_key", "publishable_key", "listing_id", "product_id", "campaign_id", "blacklisted",
                "pass_code", "member",
            }  # fmt: skip
            assert shown[mode]["secret_key"].startswith(f"sk_{mode}_")
            assert shown[mode]["publishable_key"].startswith(f"pk_{mode}_")
            assert isinstance(shown[mode]["listing_id"], int)


def test_no_secret_is_named_twice(product: Product) -> None:
    keys = [mode_of(product, *place)[kind] for place in PLACES for kind in ("secret_key", "publishable_key")]
    passwords = [person["password"] for shown in product.demo["organisations"] for person in shown["staff"]]
    secrets = [*keys, *passwords, product.demo["admin"]["password"]]
    assert len(set(secrets)) == len(secrets) == 12 + 12 + 1


def test_printing_it_again_gives_the_same(product: Product) -> None:
    again = product.print_demo()
    assert json.loads(again) == product.demo
    assert again.lstrip().startswith("{")
    assert again.rstrip().endswith("}")


def test_the_operator_signs_in_and_begins_in_the_live_mode_of_kaffa(product: Product, wire: Wire) -> None:
    page = wire.sign_in(product.demo["admin"]).get("/admin/").text
    assert selected_place(page) == "Kaffa Coffee · Live"
    names = ("Kaffa Coffee", "Rival Books", "Tiny Tea")
    assert places_offered(page) == [f"{name} · {mode}" for name in names for mode in ("Live", "Test")]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("slug", SLUGS)
def test_every_staff_member_signs_in_to_their_own_organisation(
    product: Product, wire: Wire, slug: str, role: str
) -> None:
    person, name = product.staff(slug, role), product.organisation(slug)["name"]
    browser = wire.sign_in(person)
    page = browser.get("/admin/")
    assert page.status_code == 200
    assert places_offered(page.text) == [f"{name} · Live", f"{name} · Test"]
    # Those who may see staff find the person under the id that was printed.
    found = browser.get(f"/admin/organisations/staff/{person['id']}/history/")
    assert found.status_code == (404 if role == "analyst" else 200)


@pytest.mark.parametrize(("slug", "mode"), PLACES)
def test_the_secret_key_opens_its_own_place_in_every_api_that_is_there(
    product: Product, wire: Wire, slug: str, mode: str
) -> None:
    shown = mode_of(product, slug, mode)
    api = wire.api(shown["secret_key"])
    people = {"kaffa": 2357, "rival": 20, "tiny": 20}[slug] if mode == "live" else 1
    customers = api.get("/v1/customers?limit=1")
    assert customers.status_code == 200
    # Other tests may have added a few.
    assert people <= customers.json()["pagination"]["total"] < people + 10
    listed = api.get(f"/crm/{shown['listing_id']}?email=nobody@example.com")
    assert (listed.status_code, listed.json()["status"]) == (404, "error")


@pytest.mark.parametrize(("slug", "mode"), PLACES)
def test_the_member_signs_in_through_the_app(product: Product, wire: Wire, slug: str, mode: str) -> None:
    shown = mode_of(product, slug, mode)
    member, headers = shown["member"], {"api_key": shown["publishable_key"]}
    body = {"provider": "EMAIL", "username": member["email"], "password": member["password"]}
    with httpx.Client(base_url=product.base_url, headers=headers) as app:
        signed_in = app.post("/self-service/v1/contacts/authenticate", json=body)
        assert signed_in.status_code == 200, signed_in.text
        assert signed_in.json()["contact"]["id"] == member["contact_id"]
    token = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
    record = httpx.get(f"{product.base_url}/self-service/v1/contacts/{member['contact_id']}", headers=token).json()
    assert (record["email_address"], record["phone"]) == (member["email"], member["phone"])


@pytest.mark.parametrize(("slug", "mode"), PLACES)
def test_the_publishable_key_is_known_but_opens_no_route_of_staff(product: Product, slug: str, mode: str) -> None:
    assert product.status_with(mode_of(product, slug, mode)["publishable_key"]) == 403
    assert product.status_with(f"pk_{mode}_aaaaaaaa_{'x' * 43}") == 401


@pytest.mark.parametrize(("slug", "mode"), PLACES)
def test_the_blacklisted_addresses_are_refused_in_the_listing(
    product: Product, wire: Wire, slug: str, mode: str
) -> None:
    shown = mode_of(product, slug, mode)
    api = wire.api(shown["secret_key"])
    for field, value in shown["blacklisted"].items():
        answer = api.post(f"/crm/{shown['listing_id']}", data={field: value, "first_name": "Nobody"})
        assert (answer.status_code, answer.json()["status"]) == (400, "error"), answer.text


@pytest.mark.parametrize("slug", SLUGS)
def test_a_listing_is_closed_to_the_keys_of_all_other_places(product: Product, slug: str) -> None:
    listing = mode_of(product, slug, "live")["listing_id"]
    strangers = [place for place in PLACES if place != (slug, "live")]
    keys = [mode_of(product, *place)["secret_key"] for place in strangers]
    assert {product.status_with(key, f"/crm/{listing}?id=1") for key in keys} == {403}


@pytest.mark.parametrize("slug", SLUGS)
def test_the_live_listing_holds_people_of_the_organisation(product: Product, wire: Wire, slug: str) -> None:
    shown = mode_of(product, slug, "live")
    api = wire.api(shown["secret_key"])
    for letter in "ams":
        found = api.get(f"/crm/{shown['listing_id']}", params={"name": letter})
        for entry in found.json().get("data", {}).get("results", []):
            email = entry["contact_email"]
            assert api.get("/v1/customers", params={"filter[email]": email}).json()["pagination"]["total"] == 1
            return
    raise AssertionError("nobody is in the listing")


def test_health_and_documents_answer(wire: Wire) -> None:
    plain = wire.client()
    assert plain.get("/healthz").json() == {"status": "ok"}
    assert plain.get("/readyz").status_code == 200
    for path in ("/", "/docs/", "/docs/v1/", "/docs/v1/openapi.json", "/docs/listings/openapi.json"):
        assert plain.get(path).status_code == 200, path


def test_rotating_kills_every_key_and_password_that_was_printed(product: Product, wire: Wire) -> None:
    before = product.demo
    product.demo = json.loads(product.print_demo("--rotate"))
    for slug, mode in PLACES:
        old = next(shown for shown in before["organisations"] if shown["slug"] == slug)[mode]
        new = mode_of(product, slug, mode)
        for kind, status in (("secret_key", 200), ("publishable_key", 403)):
            assert (product.status_with(old[kind]), product.status_with(new[kind])) == (401, status)
    assert not is_in(wire.sign_in(before["admin"]))
    assert is_in(wire.sign_in(product.demo["admin"]))
    for old, new in zip(before["organisations"], product.demo["organisations"], strict=True):
        assert [person["id"] for person in old["staff"]] == [person["id"] for person in new["staff"]]
        assert {was["password"] for was in old["staff"]}.isdisjoint(now["password"] for now in new["staff"])
        assert (is_in(wire.sign_in(old["staff"][1])), is_in(wire.sign_in(new["staff"][1]))) == (False, True)
    assert json.loads(product.print_demo()) == product.demo

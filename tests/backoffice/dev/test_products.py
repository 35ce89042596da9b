"""S4 `/products` on the wire: shapes, filters, refusals (s4 §4)."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.organisations.models import Organisation
from tests.backoffice.dev.wire import complaints, data, message, names
from tests.builders import a_product, an_order
from tests.cast import World
from tests.crm_web.documented import operations
from tests.dialects.traces import written

PRODUCTS = "/dev/products"
CUP = {
    "name": "Cup", "description": "White with a blue rim", "price": 12.5, "tax_rate": 19, "units_in_stock": 7,
    "sku": "C-1", "category": "Things", "status": "active",
}  # fmt: skip
FIELDS = [
    "id", "name", "description", "price", "tax_rate", "units_in_stock", "sku", "category", "status", "project_id",
    "createdAt", "updatedAt", "images",
]  # fmt: skip
pytestmark = pytest.mark.django_db


def cup(world: World, **more: Any) -> dict[str, Any]:
    return data(world.api.post(PRODUCTS, {**CUP, **more}), 201)


def test_a_product_reads_back_as_it_was_sent(acme: World) -> None:
    product = cup(acme)
    assert list(product) == FIELDS
    assert {name: product[name] for name in CUP} == CUP
    assert (product["project_id"], product["images"]) == (str(acme.organisation.id), [])
    assert data(acme.api.get(f"{PRODUCTS}/{product['id']}")) == product
    assert data(acme.api.get(f"/v1{PRODUCTS}/{product['id']}")) == product
    assert acme.api.get(PRODUCTS).json() == {"data": [product], "pagination": {"total": 1, "page": 1, "limit": 10}}


def test_the_least_that_can_be_sent(acme: World) -> None:
    product = data(acme.api.post(PRODUCTS, {"name": "Cup", "price": "12", "units_in_stock": 0}), 201)
    assert (product["price"], product["tax_rate"], product["status"]) == (12, 0, "active")
    assert {product[name] for name in ("description", "sku", "category")} == {None}


def test_a_price_is_exact_in_the_currencys_decimals(acme: World) -> None:
    answer = acme.api.post(PRODUCTS, '{"name": "Cup", "price": 0.10, "units_in_stock": 1}')
    assert b'"price":0.10,' in answer.content
    Organisation.objects.filter(pk=acme.organisation.pk).update(currency="JPY")
    assert set(complaints(acme.api.post(PRODUCTS, {**CUP, "sku": "C-2"}))) == {"price"}


def test_a_product_comes_as_a_form_too(acme: World) -> None:
    form = {"name": "Cup", "price": "12.50", "units_in_stock": "7", "category_id": "things-1", "status": "inactive"}
    client = Client(headers={"Authorization": f"Bearer {acme.secret_key}"})
    product = data(client.post(PRODUCTS, form), 201)
    assert (product["price"], product["units_in_stock"], product["category"]) == (12.5, 7, "things-1")
    before = written(acme)
    picture = SimpleUploadedFile("cup.png", b"\x89PNG\r\n\x1a\n", content_type="image/png")
    assert set(complaints(client.post(PRODUCTS, {**form, "files": picture}))) == {"files"}
    assert written(acme) == before


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": ""}, "name"), ({"name": "x" * 201}, "name"), ({"name": "a\0b"}, "name"), ({"name": "a\nb"}, "name"),
        ({"price": -1}, "price"), ({"price": "dear"}, "price"), ({"price": 1.005}, "price"),
        ({"price": 10**9 + 1}, "price"),
        ({"price": 10**40}, "price"), ({"price": None}, "price"), ({"units_in_stock": -1}, "units_in_stock"),
        ({"units_in_stock": 1.5}, "units_in_stock"), ({"units_in_stock": 10**40}, "units_in_stock"),
        ({"units_in_stock": None}, "units_in_stock"), ({"status": "sold"}, "status"), ({"sku": "x" * 65}, "sku"),
        ({"category": "x" * 101}, "category"), ({"category_id": "Other"}, "category_id"),
        ({"tax_rate": 101}, "tax_rate"),
        ({"description": "x" * 10_001}, "description"), ({"description": "a\0b"}, "description"),
        ({"files": ["x"]}, "files.0"), ({"colour": "red"}, "colour"), ({"images": []}, "images"),
    ],
)  # fmt: skip
def test_a_bad_field_is_named(acme: World, sent: Any, field: str) -> None:
    product = cup(acme, sku="C-9")
    before = written(acme)
    assert set(complaints(acme.api.post(PRODUCTS, {**CUP, **sent}))) == {field}
    same = {"category": "Things"} if "category_id" in sent else {}
    assert set(complaints(acme.api.put(f"{PRODUCTS}/{product['id']}", {**same, **sent}))) == {field}
    assert written(acme) == before


def test_what_is_missing_is_named(acme: World) -> None:
    assert set(complaints(acme.api.post(PRODUCTS, {}))) == {"name", "price", "units_in_stock"}


def test_a_sku_that_another_product_has_is_a_conflict(acme: World) -> None:
    cup(acme)
    assert message(acme.api.post(PRODUCTS, CUP), 409) == "Resource already exists"
    other = cup(acme, sku="C-2")
    assert message(acme.api.put(f"{PRODUCTS}/{other['id']}", {"sku": "C-1"}), 409) == "Resource already exists"


def test_put_changes_what_is_sent_and_null_clears(acme: World) -> None:
    product = cup(acme)
    changed = data(acme.api.put(f"{PRODUCTS}/{product['id']}", {"price": "13", "sku": None, "category_id": "Cups"}))
    assert (changed["price"], changed["sku"], changed["category"], changed["name"]) == (13, None, "Cups", "Cup")


def test_a_deleted_product_is_gone_and_an_order_still_shows_it(acme: World) -> None:
    product = cup(acme)
    order_id = an_order(acme, None, (UUID(product["id"]), 1))
    deleted = acme.api.delete(f"{PRODUCTS}/{product['id']}")
    assert (deleted.status_code, deleted.json()) == (200, {"success": True, "message": "Product deleted successfully"})
    for verb in ("get", "put", "delete"):
        assert message(getattr(acme.api, verb)(f"{PRODUCTS}/{product['id']}"), 404) == "Resource not found"
    assert data(acme.api.get(f"/dev/crm/orders/{order_id}"))["orderItems"][0]["product"]["name"] == "Cup"


def test_products_of_others_and_such_as_never_were_are_not_found(acme: World, rival: World, rehearsal: World) -> None:
    for id_ in (a_product(rival), a_product(rehearsal), uuid4(), "none"):
        for verb in ("get", "put", "delete"):
            assert message(getattr(acme.api, verb)(f"{PRODUCTS}/{id_}"), 404) == "Resource not found"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"search": "espr"}, {"Espresso"}), ({"search": "bean"}, {"Espresso"}), ({"search": "E-1"}, {"Espresso"}),
        ({"search": "coff"}, {"Espresso"}), ({"status": "inactive"}, {"Mug"}),
        ({"status": "active,inactive"}, {"Espresso", "Mug"}),
        ({"category": "Coffee"}, {"Espresso"}), ({"category_id": "Coffee"}, {"Espresso"}),
        ({"category": "Coff"}, set()),
        ({"search": "???"}, set()), ({"sort": "price:asc", "limit": 1}, {"Mug"}),
        ({"sort": "name:desc", "limit": 1}, {"Mug"}),
    ],
)  # fmt: skip
def test_products_are_filtered_and_sorted(acme: World, rival: World, asked: Any, found: set[str]) -> None:
    for world in (acme, rival):
        a_product(world, name="Espresso", category="Coffee", sku="E-1", description="Dark beans", price=Decimal(9))
        a_product(world, name="Mug", status="inactive", price=Decimal(5))
    assert set(names(acme.api.get(PRODUCTS, **asked))) == found


def test_a_filter_or_sort_that_there_is_not_is_refused(acme: World) -> None:
    for asked, field in (({"status": "sold"}, "status"), ({"sort": "sku"}, "sort"), ({"limit": 101}, "limit")):
        assert set(complaints(acme.api.get(PRODUCTS, **asked))) == {field}


def test_unknown_paths_beside_it_answer_in_the_same_shape(acme: World) -> None:
    for path in ("/dev/product", "/v1/dev/nothing", f"{PRODUCTS}/x/y"):
        assert message(acme.api.get(path), 404) == "Resource not found"
    assert acme.api.patch(PRODUCTS, {}).status_code == 405


def test_the_documents_own_example_is_a_product(acme: World) -> None:
    content = operations("dev")[f"POST {PRODUCTS}"]["requestBody"]["content"]
    assert data(acme.api.post(PRODUCTS, content["application/json"]["example"]), 201)


def test_keys_and_staff_need_the_grant_for_products(acme: World) -> None:
    reader, other = acme.key_with("crm:products:read"), acme.key_with("crm:orders:read", "crm:orders:write")
    assert reader.get(PRODUCTS).status_code == 200
    assert message(reader.post(PRODUCTS, CUP), 403)
    assert message(other.get(PRODUCTS), 403)

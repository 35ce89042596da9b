"""S4 pictures of products: sent in a form, shown in several sizes, replaced and removed."""

from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from crm.files.models import StoredFile
from tests.builders import a_customer, an_order
from tests.cast import World
from tests.crm.files.brought import GPS, PDF, bomb, photo_that_tells, picture
from tests.dialects.traces import latest_events, written
from tests.selfservice.v1.sending import read

PRODUCTS = "/dev/products"
CUP = {"name": "Cup", "price": "12.50", "units_in_stock": "7"}


def send(world: World, *pictures: bytes, product_id: str = "", **fields: Any) -> Any:
    files = [SimpleUploadedFile(f"cup {n}.png", data) for n, data in enumerate(pictures)]
    body = encode_multipart(BOUNDARY, {**fields, "files": files})
    path, verb = (f"{PRODUCTS}/{product_id}", "PUT") if product_id else (PRODUCTS, "POST")
    return world.api.client.generic(verb, path, body, content_type=MULTIPART_CONTENT)


def a_cup(world: World, *pictures: bytes) -> Any:
    answer = send(world, *pictures, **CUP)
    assert answer.status_code == 201, answer.content
    return answer.json()["data"]


def fetched(url: str) -> Any:
    return read(Client().get(url.removeprefix("http://127.0.0.1:8000")))


def test_pictures_come_with_the_product(acme: World) -> None:
    cup = a_cup(acme, picture("PNG", (1000, 500)), picture("JPEG"))
    first, second = cup["images"]
    assert set(first) == {"id", "url", "name", "mimetype", "variants"}
    assert (first["name"], first["mimetype"], second["mimetype"]) == ("cup 0.png", "image/png", "image/jpeg")
    assert [(size["width"], size["height"]) for size in first["variants"]] == [(320, 160), (640, 320)]
    for url in (first["url"], *(size["url"] for size in first["variants"])):
        assert fetched(url).status_code == 200
    (listed,) = acme.api.get(PRODUCTS).json()["data"]
    assert listed["images"] == cup["images"]


def test_an_order_shows_them_too(acme: World) -> None:
    cup = a_cup(acme, picture())
    order = an_order(acme, a_customer(acme), (UUID(cup["id"]), 1))
    (item,) = acme.api.get(f"/dev/crm/orders/{order}").json()["data"]["orderItems"]
    assert item["product"]["images"] == cup["images"]


def test_new_pictures_take_the_place_of_the_old_ones(acme: World) -> None:
    cup = a_cup(acme, picture(), picture())
    changed = send(acme, picture("WEBP"), product_id=cup["id"]).json()["data"]
    assert [image["mimetype"] for image in changed["images"]] == ["image/webp"]
    assert (changed["name"], changed["price"]) == ("Cup", 12.5)
    with acme.scope():
        assert StoredFile.objects.count() == 1
    assert latest_events(acme, "product.changed")[0].changes == {"pictures": [2, 1]}


def test_without_a_word_of_them_they_stay_and_null_removes_them(acme: World) -> None:
    cup = a_cup(acme, picture())
    path = f"{PRODUCTS}/{cup['id']}"
    assert acme.api.put(path, {"name": "Mug"}).json()["data"]["images"] == cup["images"]
    assert acme.api.put(path, {"files": None}).json()["data"]["images"] == []


@pytest.mark.parametrize("bad", [PDF, b"", b"text", bomb(), picture("JPEG")[:60]])
def test_a_bad_picture_is_refused_and_nothing_is_written(acme: World, bad: bytes) -> None:
    cup = a_cup(acme, picture())
    before = written(acme)
    for answer in (send(acme, picture(), bad, **CUP), send(acme, bad, product_id=cup["id"], name="Mug")):
        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == ["files"]
    assert written(acme) == before
    assert acme.api.get(f"{PRODUCTS}/{cup['id']}").json()["data"] == cup


def test_too_many_are_refused(acme: World) -> None:
    assert send(acme, *[picture()] * 11, **CUP).status_code == 400


def test_a_photo_does_not_tell_where_it_was_taken(acme: World) -> None:
    (image,) = a_cup(acme, photo_that_tells())["images"]
    assert GPS.encode() not in fetched(image["url"]).body


def test_pictures_of_others_are_not_shown(acme: World, rival: World) -> None:
    a_cup(rival, picture())
    assert a_cup(acme)["images"] == []

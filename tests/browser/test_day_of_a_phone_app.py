"""A phone app's day, over HTTP, with the product's own worker: in by a code, consent, a picture, an order that waits
for one's word, its printout, messages, a stream, out. What was mailed is read as a script would, in test mode.
"""

import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.browser.conftest import Wire
from tests.browser.product import Product
from tests.crm.files.brought import picture
from tests.journeys.listening import listeners

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
BASE, ORDERS = "/self-service/v1", "/dev/crm/orders"
_CODE, _LINK = re.compile(r"\b\d{6}\b"), re.compile(r'https?://[^"]+(/self-service/v1/approval_requests/accept/[^"]+)"')
PIECES = 120


def done(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if answer.headers.get("Content-Type") == "application/json" and answer.content else None


def mailed(shop: httpx.Client, address: str, pattern: re.Pattern[str]) -> str:
    """What `pattern` finds in a mail to this address, once the worker has written it."""

    def look() -> str:
        for message in done(shop.get("/notification/api/communications"))["data"]["data"]:
            found = pattern.search(message["content"]) if message["recipient"] == address else None
            if found:
                return found[found.lastindex or 0]
        return ""

    return soon(look, f"a mail to {address}")


def soon(look: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what} did not come within {seconds} s"
        time.sleep(0.2)
    return found


def test_a_phone_app_from_morning_to_night(product: Product, wire: Wire) -> None:
    place = product.organisation("kaffa")["test"]
    app, shop, anybody = wire.client(api_key=place["publishable_key"]), wire.api(place["secret_key"]), wire.client()
    address = f"phone.{uuid4().hex[:8]}@example.com"

    who = {"first_name": "Pia", "last_name": "Phone", "identity": {"provider": "EMAIL", "username": address}}
    asked = done(app.post(f"{BASE}/contacts/register", json=who))
    assert asked.keys() == {"obfuscated_value", "auth_otp"}
    shown = {"auth_otp": asked["auth_otp"], "code": mailed(shop, address, _CODE)}
    tokens = done(app.post(f"{BASE}/contacts/validate-otp", json=shown))
    contact_id = tokens["contact"]["id"]
    assert tokens["contact"]["is_verified"] == "true"
    assert app.post(f"{BASE}/contacts/validate-otp", json=shown).status_code == 401
    pia = wire.api(tokens["access_token"])
    own = f"{BASE}/contacts/{contact_id}"

    assert done(pia.put(f"{own}/consents", json={"consent_state": "ACCEPTED"})) == {"id": contact_id}
    done(pia.put(f"{own}/avatar", files={"file": ("me.png", picture(size=(800, 800)), "image/png")}))
    record = done(pia.get(own))
    assert record["consent_state"] == "ACCEPTED"
    assert anybody.get(record["avatar"]).headers["Content-Type"].startswith("image/")

    wanted = {"customer_id": contact_id, "product_id": place["product_id"], "quantity": PIECES}
    order_id = done(shop.post(ORDERS, json=wanted), 201)["data"]["id"]
    assert shop.put(f"{ORDERS}/{order_id}", json={"status": "shipped"}).status_code == 409
    (waiting,) = done(pia.get(f"{own}/approval_requests"))["content"]
    assert (waiting["state"], waiting["entity"]["id"]) == ("PENDING", order_id)
    page = mailed(shop, address, _LINK)
    for _scanner in range(10):
        assert str(waiting["entity"]["reference"]) in anybody.get(page).text
    assert done(pia.get(f"{own}/approval_requests"))["content"][0]["state"] == "PENDING"
    assert anybody.post(f"{page}/action", data={"comments": "Yes please"}).status_code == 200
    assert anybody.post(f"{page}/action").status_code == 400
    assert done(pia.get(f"{own}/approval_requests"))["content"][0]["state"] == "APPROVED"
    assert done(shop.get(f"{ORDERS}/{order_id}"))["data"]["status"] == "processing"
    done(shop.put(f"{ORDERS}/{order_id}", json={"status": "shipped"}))

    paper = done(pia.post(f"{BASE}/printout", json={"format": "PDF", "entity": {"type": "ORDER", "id": order_id}}), 201)
    assert pia.get(f"{BASE}/files/{paper['id']}").content.startswith(b"%PDF")

    messages = done(pia.get(f"{own}/communications"))["content"]
    assert {message["recipient"] for message in messages} == {address}
    done(pia.put(f"{BASE}/communications/{messages[0]['id']}/actions", json={"viewed": "true"}))
    assert done(pia.get(f"{BASE}/communications/{messages[0]['id']}"))["is_viewed"] is True

    with listeners() as listen:
        stream = listen(product.base_url, tokens["access_token"])
        stream.waits_for("unread-count", 1)
        assert stream.is_open
        done(pia.post(f"{own}/sign_out"))
        soon(lambda: not stream.is_open, "the end of the stream", seconds=5)
    assert pia.get(own).status_code == 401
    assert app.post(f"{BASE}/contacts/refresh", json={"refresh_token": tokens["refresh_token"]}).status_code == 401

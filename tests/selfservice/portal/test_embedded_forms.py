"""Web forms on other websites: in a frame, sent by a script, or by a form that the website styles by itself."""

from typing import Any

import pytest
from django.test import Client

from tests.cast import World
from tests.dialects.traces import written
from tests.selfservice.portal.visitors import BROWSER, JANE, SHOP, a_form, path_of, script


def test_a_script_is_answered_in_json(acme: World) -> None:
    path = path_of(acme, a_form(acme, thanks="Soon.", redirect_url="https://shop.example.com/thanks"))
    answer = script(path, {**JANE, "utm_source": "ad", "n": 1})
    assert answer.json() == {
        "ok": True, "message": "Soon.", "waits_for_confirmation": False,
        "redirect_url": "https://shop.example.com/thanks",
    }  # fmt: skip
    faulty = BROWSER.post(path, {"email": "x"}, headers={"Accept": "application/json"})
    assert (faulty.status_code, set(faulty.json()["errors"])) == (400, {"name", "email"})


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", '"x"', "null", b"\xff", '{"a":' * 20_000, "9" * 5_000, '{"name": "\\u0000", "email": "j@x.com"}',
     '{"name": "\\ud800", "email": "j@example.com"}', '{"name": {"a": 1}, "email": []}', "x" * 3_000_000,
     '{"name": "J", "email": "j@example.com", "shown": {"a": 1}}', '{"name": NaN}'],
)  # fmt: skip
def test_no_body_breaks_it(acme: World, path: str, body: Any) -> None:
    before = written(acme)
    assert script(path, body).status_code == 400
    assert BROWSER.post(path, {"name": body, "email": body, "message": body}).status_code == 400
    assert written(acme) == before


@pytest.mark.parametrize("kind", ["multipart/form-data", "text/plain", "application/x-www-form-urlencoded; charset=x"])
def test_no_content_type_breaks_it(path: str, kind: str) -> None:
    assert BROWSER.generic("POST", path, b"\x00\xff=&", content_type=kind).status_code == 400


def test_only_websites_of_the_list_may_show_or_send_it(acme: World) -> None:
    path = path_of(acme, a_form(acme, origins=[SHOP]))
    page = BROWSER.get(path)
    assert page["Content-Security-Policy"] == f"frame-ancestors 'self' {SHOP}"
    assert "X-Frame-Options" not in page
    good = script(path, headers={"Origin": SHOP})
    assert (good.status_code, good["Access-Control-Allow-Origin"], good["Vary"]) == (200, SHOP, "Origin")
    for origin in ("https://evil.example", "null", f"{SHOP}.evil.example", SHOP.replace("https", "http")):
        refused = script(path, headers={"Origin": origin})
        assert refused.status_code == 403
        assert "Access-Control-Allow-Origin" not in refused
    # Our own page, and what is no browser.
    for headers in ({"Origin": "http://testserver"}, {}):
        assert BROWSER.post(path, JANE, headers=headers).status_code == 200


def test_without_a_list_any_website_may(acme: World, path: str) -> None:
    assert BROWSER.get(path)["Content-Security-Policy"] == "frame-ancestors *"
    answer = script(path, headers={"Origin": "https://anywhere.example"})
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, "*")
    assert "Access-Control-Allow-Credentials" not in answer


def test_a_browser_that_asks_first_is_told(acme: World) -> None:
    path = path_of(acme, a_form(acme, origins=[SHOP]))
    asks = {"Origin": SHOP, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    answer = BROWSER.options(path, headers=asks)
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (204, SHOP)
    assert "Content-Type" in answer["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in BROWSER.options(path, headers={**asks, "Origin": "https://x.example"})


def test_a_refusal_can_be_read_by_the_script_it_is_for(acme: World) -> None:
    path = path_of(acme, a_form(acme, origins=[SHOP]))
    assert script(path, {}, headers={"Origin": SHOP})["Access-Control-Allow-Origin"] == SHOP


def test_no_token_against_foreign_pages_is_asked_for(acme: World, path: str) -> None:
    careful = Client(enforce_csrf_checks=True, raise_request_exception=False)
    assert careful.post(path, JANE, headers={"Origin": "https://anywhere.example"}).status_code == 200

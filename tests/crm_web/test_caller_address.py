"""Whose address a request bears, behind proxies and in front of them (reliability A9)."""

import ipaddress
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from crm.web.middleware import CallerAddress
from tests.cast import World

SPOOFED, CALLER, PROXY, SECOND = "6.6.6.6", "203.0.113.9", "10.0.0.1", "10.0.0.2"


def _through(peer: str, forwarded: str | None = None, **meta: str) -> HttpRequest:
    """The request as the view sees it, sent by `peer` with this X-Forwarded-For."""
    seen: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    CallerAddress(view)(RequestFactory().get("/", REMOTE_ADDR=peer, **headers, **meta))
    return seen[0]


@pytest.mark.parametrize("forwarded", [None, SPOOFED, f"{SPOOFED}, {PROXY}"])
@pytest.mark.parametrize("proxies", [(), ("10.0.0.0/8",)])
def test_a_caller_who_is_no_proxy_is_believed_nothing(
    settings: Any, proxies: tuple[str, ...], forwarded: str | None
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = _through(CALLER, forwarded, HTTP_X_FORWARDED_PROTO="https")
    assert request.META["REMOTE_ADDR"] == CALLER
    assert "HTTP_X_FORWARDED_FOR" not in request.META
    assert "HTTP_X_FORWARDED_PROTO" not in request.META


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [(("10.0.0.1",), PROXY, CALLER, CALLER),
     (("10.0.0.1",), PROXY, f"{SPOOFED}, {CALLER}", CALLER),
     (("10.0.0.1",), PROXY, f" {SPOOFED} ,, {CALLER} ", CALLER),
     (("10.0.0.0/8",), PROXY, f"{SPOOFED}, {CALLER}, {SECOND}", CALLER),
     (("10.0.0.0/8",), PROXY, f"{PROXY}, {SPOOFED}, {CALLER}, {SECOND}, 10.9.9.9", CALLER),
     (("10.0.0.1",), PROXY, f"{CALLER}, {SECOND}", SECOND),
     (("10.0.0.1", "10.0.0.2"), PROXY, f"{CALLER}, {SECOND}", CALLER),
     (("10.0.0.0/8",), PROXY, f"10.1.1.1, {SECOND}", "10.1.1.1"),
     (("10.0.0.0/8",), PROXY, "", PROXY), (("10.0.0.0/8",), PROXY, None, PROXY), (("10.0.0.0/8",), PROXY, " , ", PROXY),
     (("2001:db8::/32",), "2001:db8::1", "2001:db9::7", "2001:db9::7"),
     (("2001:db8::/32", "10.0.0.0/8"), PROXY, f"{CALLER}, 2001:db8::5", CALLER)],
)  # fmt: skip
def test_the_caller_is_the_first_from_the_right_who_is_no_listed_proxy(
    settings: Any, proxies: tuple[str, ...], peer: str, forwarded: str | None, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = _through(peer, forwarded)
    assert request.META["REMOTE_ADDR"] == expected
    assert "HTTP_X_FORWARDED_FOR" not in request.META


def test_a_proxy_may_say_that_the_caller_came_by_https(settings: Any) -> None:
    settings.TRUSTED_PROXIES = (PROXY,)
    assert _through(PROXY, CALLER, HTTP_X_FORWARDED_PROTO="https").META["HTTP_X_FORWARDED_PROTO"] == "https"


@pytest.mark.parametrize("hop", ["unknown", f"{CALLER}:4711", "[2001:db9::7]:443", "_hidden", "<script>", "203.0.113"])
def test_what_is_no_address_never_becomes_the_callers(settings: Any, hop: str) -> None:
    settings.TRUSTED_PROXIES = (PROXY,)
    address = _through(PROXY, f"{SPOOFED}, {hop}").META["REMOTE_ADDR"]
    assert ipaddress.ip_address(address)
    assert address != SPOOFED


@pytest.mark.parametrize("peer", ["", "unix:"])
def test_a_peer_without_an_address_is_no_proxy(settings: Any, peer: str) -> None:
    settings.TRUSTED_PROXIES = ("0.0.0.0/0", "::/0")
    assert _through(peer, SPOOFED).META["REMOTE_ADDR"] == peer


def _add(world: World, forwarded: str) -> Any:
    client = Client(headers={"Authorization": f"Bearer {world.secret_key}", "X-Forwarded-For": forwarded})
    return client.post(f"/crm/{world.listing.pk}", {"email": "a@example.com"}, content_type="application/json")


@pytest.mark.parametrize(("proxies", "kept"), [((), "127.0.0.1"), (("127.0.0.1",), CALLER)])
def test_the_address_that_is_kept_with_a_listing_entry_cannot_be_made_up(
    acme: World, settings: Any, proxies: tuple[str, ...], kept: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert _add(acme, f"{SPOOFED}, {CALLER}").status_code == 201
    (row,) = acme.api.get(f"/crm/{acme.listing.pk}", email="a@example.com").json()["data"]["results"]
    assert row["contact_ip_address"] == kept


@pytest.mark.parametrize(("proxies", "status"), [((), 403), (("127.0.0.1",), 200)])
def test_https_may_be_claimed_by_a_proxy_only(
    acme: World, settings: Any, proxies: tuple[str, ...], status: int
) -> None:
    settings.HTTPS_ONLY = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.TRUSTED_PROXIES = proxies
    client = Client(headers={"Authorization": f"Bearer {acme.secret_key}", "X-Forwarded-Proto": "https"})
    assert client.get("/v1/customers").status_code == status

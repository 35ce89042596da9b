"""A running product, and a browser that notices everything that goes wrong on a page."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.product import Product, a_product

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser, a server, a worker and a database share two cores: a test that was late may try once more."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with its demo, on an embedded database of its own; stopped by Ctrl-C at the end."""
    product = a_product(tmp_path_factory.mktemp("product"))
    product.start()
    yield product
    product.stop()


class Wire:
    """Speaks plain HTTP to the product: as a machine with a key, or as a person who fills in the sign-in form."""

    def __init__(self, product: Product, stack: ExitStack) -> None:
        self.product, self.stack = product, stack

    def client(self, **headers: str) -> httpx.Client:
        client = httpx.Client(base_url=self.product.base_url, headers=headers, follow_redirects=True, timeout=30)
        return self.stack.enter_context(client)

    def api(self, key: str) -> httpx.Client:
        return self.client(Authorization=f"Bearer {key}")

    def sign_in(self, person: dict[str, str]) -> httpx.Client:
        browser = self.client()
        page = browser.get(self.product.demo["admin"]["path"])
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token, page.text
        given = {"username": person["email"], "password": person["password"], "csrfmiddlewaretoken": token[1]}
        browser.post(page.url, data={**given, "next": "/admin/"}, headers={"Referer": str(page.url)})
        return browser


@pytest.fixture
def wire(product: Product) -> Iterator[Wire]:
    with ExitStack() as stack:
        yield Wire(product, stack)


# Not for the whole session: while Playwright's loop runs, Django refuses to touch a database in the same thread.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not os.path.exists(CHROMIUM):
        reason = f"there is no {CHROMIUM}; install Debian's chromium to run the browser tests"
        pytest.fail(reason) if os.environ.get("RAPPORT_REQUIRE_ALL") == "1" else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Watch:
    """Collects what no page may do: complain in the console, ask for what is not there, or talk to anybody else."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.host = host
        self.complaints: list[str] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note("script", error.error))
        context.on("requestfailed", self._failed)
        context.on("request", self._request)
        context.on("response", self._response)

    def _note(self, kind: str, what: Any) -> None:
        self.complaints.append(f"{kind}: {what}")

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self._note("console", f"{message.text} ({message.page.url if message.page else '?'})")

    def _failed(self, request: Any) -> None:
        # What was still under way when the visitor went on is none of the page's faults.
        if request.failure != "net::ERR_ABORTED":
            self._note("failed", f"{request.url} {request.failure}")

    def _request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.host:
            self._note("elsewhere", request.url)

    def _response(self, response: Any) -> None:
        if response.status >= 400:
            self._note(str(response.status), response.url)


class Visitors:
    """Opens browsers for people; at the end none of their pages may have complained."""

    def __init__(self, chromium: Browser, product: Product) -> None:
        self.chromium, self.product = chromium, product
        self.contexts: list[BrowserContext] = []
        self.watches: list[Watch] = []

    def page(self, **options: Any) -> Page:
        """A fresh browser, on the sign-in page; with `storage_state` of an earlier one, on the first page."""
        size = {"width": 1440, "height": 900}
        context = self.chromium.new_context(
            base_url=self.product.base_url, viewport=options.pop("viewport", size), **options
        )
        context.set_default_timeout(20_000)
        self.contexts.append(context)
        self.watches.append(Watch(context, f"127.0.0.1:{self.product.port}"))
        page = context.new_page()
        page.goto("/admin/")
        return page

    def sign_in(self, person: dict[str, str], **options: Any) -> Page:
        page = self.page(**options)
        page.get_by_label("E-mail").fill(person["email"])
        page.get_by_label("Password").fill(person["password"])
        page.get_by_role("button", name="Log in").click()
        # Not `**/admin/`: the sign-in page's own address ends so, too.
        page.wait_for_url(f"{self.product.base_url}/admin/")
        return page

    def staff(self, slug: str, role: str, **options: Any) -> Page:
        """Somebody who signed in before, in a session that others share: they stay in live mode."""
        person = self.product.staff(slug, role)
        if cookies := self.product.cookies.get(person["password"]):
            return self.page(storage_state=cookies, **options)
        page = self.sign_in(person, **options)
        self.product.cookies[person["password"]] = page.context.storage_state()
        return page

    def forgive(self) -> None:
        """What the last visitor meets from now on is meant to be refused."""
        self.watches.pop()

    def check(self) -> None:
        """No page that anybody opened so far has complained."""
        found = [complaint for watch in self.watches for complaint in watch.complaints]
        for watch in self.watches:
            watch.complaints = []
        assert found == []

    def leave(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def visitors(chromium: Browser, product: Product) -> Iterator[Visitors]:
    visitors = Visitors(chromium, product)
    yield visitors
    visitors.leave()
    visitors.check()

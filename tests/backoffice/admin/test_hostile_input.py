"""Whatever is typed into an address or a form, the back office answers; it never fails with a 500."""

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from tests.backoffice.admin.forms import fields_of
from tests.backoffice.admin.pages import PAGES, REGISTERED, address, browser_of
from tests.cast import Cast, World

QUERIES = [
    "q=%00", f"q={'x' * 10_000}", "q=%27%5C%3A*%26", "o=x.-99", "p=-1", f"p={'9' * 40}", "shoe=1", "mode__exact=test",
]  # fmt: skip
MORE_QUERIES = [
    f"q={'ab%20' * 2_000}", "q=%ED%A0%80a", "q=%25_", "o=", f"o={'1.' * 500}", "p=0", "p=x", "all=1&p=2", "id__in=1,2",
    "_popup=1&_facets=1", "organisation__name=Rival", "=&&&%00=%00", "a[]=1", "created_at__year=x",
]  # fmt: skip
BAD_IDS = ["x", "%00", "1" * 400, "-1", "0", "1e9", "9" * 30, "%2e%2e", "_00", "_", "None", "'", "a/b", "%F0%9F%98%80"]


@pytest.mark.parametrize("label", REGISTERED)
def test_no_query_breaks_a_list(cast: Cast, label: str) -> None:
    PAGES[label].row(cast.acme, "row")
    browser = browser_of(cast, "operator")
    queries = QUERIES + (MORE_QUERIES if label in ("contacts.Customer", "organisations.ApiKey") else [])
    broken = [query for query in queries if browser.get(f"{address(label)}?{query}", follow=True).status_code >= 500]
    assert broken == []


def filters_of(browser: Client, label: str) -> list[str]:
    """The parameters that a page's own filters read."""
    specs = browser.get(address(label)).context["cl"].filter_specs
    return [name for spec in specs for name in spec.expected_parameters() if name]


def broken_by(browser: Client, label: str, value: str) -> list[str]:
    names = filters_of(browser, label)
    return [name for name in names if browser.get(f"{address(label)}?{name}={value}").status_code >= 500]


@pytest.mark.parametrize("label", REGISTERED)
def test_no_nul_breaks_a_filter(cast: Cast, label: str) -> None:
    PAGES[label].row(cast.acme, "row")
    assert broken_by(browser_of(cast, "operator"), label, "a%00b") == []


@pytest.mark.parametrize("value", ["", "9" * 40, "2024-13-01", "x" * 10_000])
@pytest.mark.parametrize("label", REGISTERED)
def test_no_other_value_breaks_a_filter(cast: Cast, label: str, value: str) -> None:
    assert broken_by(browser_of(cast, "operator"), label, value) == []


@pytest.mark.parametrize("verb", ["change", "delete", "history"])
@pytest.mark.parametrize("label", REGISTERED)
def test_no_id_breaks_a_page(cast: Cast, label: str, verb: str) -> None:
    browser = browser_of(cast, "operator")
    paths = [address(label, verb, bad) for bad in BAD_IDS]
    assert [path for path in paths if browser.get(path).status_code not in (302, 403, 404)] == []
    assert [path for path in paths if browser.post(path, {"post": "yes"}).status_code not in (302, 403, 404, 405)] == []


@pytest.mark.parametrize("verb", ["rotate", "revoke"])
def test_no_id_breaks_the_page_of_a_key(acme: World, verb: str) -> None:
    browser = acme.browser_of("owner")
    for bad in BAD_IDS:
        path = f"/admin/organisations/apikey/{bad}/{verb}/"
        assert (browser.get(path).status_code, browser.post(path).status_code) == (404, 404), path


@pytest.mark.parametrize(
    "path",
    ["search/?s=%00", "search/?s=%27", f"search/?s={'x' * 10_000}", "search/?s=%ED%A0%80", "search/", "search/?s=!",
     "jsi18n/", "autocomplete/", "autocomplete/?app_label=x", "r/x/%00/", "nowhere/", "contacts/nowhere/",
     "contacts/", "kernel/jobrun/start/", "contacts/customer/x/add-identity/", "login/?next=//evil.example/"],
)  # fmt: skip
def test_no_other_address_breaks(acme: World, path: str) -> None:
    assert acme.browser_of("owner").get(f"/admin/{path}").status_code < 500


@pytest.mark.parametrize("key", ["x", "1", "%00", "00000000-0000-4000-8000-000000000000"])
def test_no_record_is_looked_for_on_the_site(acme: World, key: str) -> None:
    browser, kinds = acme.browser_of("owner"), ContentType.objects.filter(app_label__in=["contacts", "organisations"])
    assert {browser.get(f"/admin/r/{kind.pk}/{key}/").status_code for kind in kinds} == {404}


HOSTILE = ["a\0b", "x" * 10_000, "\ud7ff\ufffe", "'; DROP TABLE x; --", "-1"]


@pytest.mark.parametrize("label", [label for label in REGISTERED if "add" in PAGES[label].offers])
def test_no_value_breaks_a_form(cast: Cast, label: str) -> None:
    browser, path = browser_of(cast, "operator"), address(label, "add")
    names = set(fields_of(browser.get(path), form_of(label))) - {"csrfmiddlewaretoken"}
    assert [value for value in HOSTILE if browser.post(path, dict.fromkeys(names, value)).status_code >= 500] == []


@pytest.mark.parametrize("label", ["contacts.Customer", "organisations.Staff", "organisations.ApiKey", "tiers.Tier"])
def test_no_nul_in_a_single_field_breaks_a_form(cast: Cast, label: str) -> None:
    key = PAGES[label].row(cast.acme, "row")
    browser, path = cast.acme.browser_of("owner"), address(label, "change", key)
    shown = fields_of(browser.get(path), form_of(label))
    names = set(shown) - {"csrfmiddlewaretoken"}
    assert [name for name in names if browser.post(path, {**shown, name: "a\0b"}).status_code >= 500] == []


def form_of(label: str) -> str:
    return f"{label.split('.')[1].lower()}_form"


@pytest.mark.parametrize("field", ["username", "password", "next"])
@pytest.mark.parametrize("value", HOSTILE, ids=[quote(value[:12]) for value in HOSTILE])
def test_no_value_breaks_the_sign_in(db: Any, field: str, value: str) -> None:
    given = {"username": "a@example.com", "password": "x", "next": "/admin/", field: value}
    assert Client(raise_request_exception=False).post("/admin/login/", given).status_code == 200


def test_a_form_of_ten_thousand_fields_is_refused_not_an_error(acme: World) -> None:
    answer = acme.browser_of("owner").post(
        address("contacts.Customer", "add"), {f"f{number}": "x" for number in range(10_000)}
    )
    assert answer.status_code == 400

"""What is there for browsers is there for pages, and not in the way of APIs."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.cast import PASSWORD, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(acme: World) -> Client:
    client = Client()
    assert client.login(username=acme.staff["owner"].user.email, password=PASSWORD)
    return client


def test_an_api_reads_no_session_and_sets_no_cookie(
    acme: World, browser: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(4) as plain:
        assert acme.api.get("/v1/customers").status_code == 200
    with django_assert_max_num_queries(len(plain)):
        answer = browser.get("/v1/customers", headers={"Authorization": f"Bearer {acme.secret_key}"})
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_who_is_signed_in_at_the_back_office_is_nobody_to_an_api(browser: Client) -> None:
    assert browser.get("/v1/customers").status_code == 401


def test_a_page_still_demands_its_forms_token(acme: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/admin/login/", {"username": acme.staff["owner"].user.email, "password": PASSWORD})
    assert answer.status_code == 403


def test_a_page_knows_who_is_signed_in(browser: Client) -> None:
    assert browser.get("/admin/").status_code == 200
    assert settings.SESSION_COOKIE_NAME in browser.cookies

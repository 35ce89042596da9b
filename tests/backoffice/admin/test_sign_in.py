"""Coming in and going out."""

from typing import Any

import pytest
from django.test import Client

from crm.organisations.models import User
from tests.backoffice.admin.pages import address, an_operator, browser_of
from tests.cast import PASSWORD, Cast, World

LOGIN = "/admin/login/?next=/admin/"
WRONG = "Please enter the correct e-mail and password for a staff account."


def sign_in(email: str, password: str = PASSWORD, path: str = LOGIN, **more: str) -> Any:
    browser = Client(raise_request_exception=False)
    return browser.post(path, {"username": email, "password": password, **more})


@pytest.mark.parametrize("email", ["owner@acme.example", "OWNER@Acme.example", "  owner@acme.example "])
def test_staff_sign_in_by_e_mail_however_they_write_it(acme: World, email: str) -> None:
    answer = sign_in(email)
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/admin/")
    assert answer.client.get("/admin/").context["place"].organisation == acme.organisation


def test_the_operator_signs_in_like_everybody(acme: World) -> None:
    operator = an_operator()
    operator.set_password(PASSWORD)
    operator.save()
    assert sign_in(operator.email).headers["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("email", "password"),
    [("owner@acme.example", "wrong"), ("owner@acme.example", PASSWORD.upper()), ("nobody@acme.example", PASSWORD),
     ("off@acme.example", PASSWORD)],
)  # fmt: skip
def test_whoever_is_refused_is_told_the_same(acme: World, email: str, password: str) -> None:
    User.objects.create_user("off@acme.example", PASSWORD, is_active=False)
    answer = sign_in(email, password)
    assert answer.status_code == 200
    (said,) = answer.context["form"].non_field_errors()
    assert said.startswith("Please enter the correct")
    assert "_auth_user_id" not in answer.client.session


def test_signing_in_leads_where_one_was_going(acme: World) -> None:
    wanted = address("organisations.Staff")
    page = Client().get(wanted)
    assert sign_in("owner@acme.example", path=page.headers["Location"]).headers["Location"] == wanted


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_signing_in_leads_to_no_other_site(acme: World, target: str) -> None:
    answer = sign_in("owner@acme.example", path="/admin/login/", next=target)
    assert answer.headers["Location"] == "/admin/"


def test_the_cookie_of_the_session_is_not_for_scripts_and_changes_at_sign_in(acme: World) -> None:
    browser = Client()
    before = browser.session.session_key
    browser.post(LOGIN, {"username": "owner@acme.example", "password": PASSWORD})
    (cookie,) = [cookie for name, cookie in browser.cookies.items() if name.startswith("rapport_session")]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie.value != before


def test_signing_out_takes_a_click_and_ends_the_session(acme: World) -> None:
    browser = acme.browser_of("owner")
    assert browser.get("/admin/logout/").status_code == 405
    assert browser.get("/admin/").status_code == 200
    assert browser.post("/admin/logout/").status_code == 200
    assert browser.get("/admin/").status_code == 302


def test_who_is_in_already_is_led_past_the_sign_in_page(acme: World) -> None:
    assert acme.browser_of("analyst").get("/admin/login/").headers["Location"] == "/admin/"


def test_a_password_is_changed_by_its_owner(acme: World) -> None:
    browser = acme.browser_of("analyst")
    given = {
        "old_password": PASSWORD,
        "new_password1": "an entirely new one 9",
        "new_password2": "an entirely new one 9",
    }
    assert browser.post("/admin/password_change/", {**given, "old_password": "wrong"}).status_code == 200
    assert browser.post("/admin/password_change/", given).headers["Location"] == "/admin/password_change/done/"
    assert sign_in("analyst@acme.example").status_code == 200
    assert sign_in("analyst@acme.example", "an entirely new one 9").status_code == 302
    assert browser.get("/admin/").status_code == 200


@pytest.mark.parametrize("visitor", ["placeless", "dismissed"])
def test_who_has_no_place_is_told_why_they_cannot_come_in(cast: Cast, visitor: str) -> None:
    browser = browser_of(cast, visitor)
    page = browser.get("/admin/", follow=True).content.decode()
    assert "not authorized" in page or "no place" in page


@pytest.mark.parametrize("visitor", ["placeless", "dismissed"])
def test_who_has_no_place_may_sign_out(cast: Cast, visitor: str) -> None:
    browser = browser_of(cast, visitor)
    browser.post("/admin/logout/")
    assert "_auth_user_id" not in browser.session

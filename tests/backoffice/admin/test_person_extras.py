"""What hangs on a person: ways to sign in, and document numbers that are shown to few and never by accident."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from crm.contacts.models import Identity, IdentityDocument
from crm.contacts.services import add_identity, keep_document
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.trail import actor_of, last_event, names_of, staff_actor, written
from tests.builders import a_customer
from tests.cast import World

NUMBER = "K1234567"


def page_of(key: Any, extra: str) -> str:
    return f"/admin/contacts/customer/{key}/{extra}/"


def a_document(world: World, key: Any, **values: Any) -> IdentityDocument:
    with world.scope():
        return keep_document(contact_id=key, **{"kind": "passport", "number": NUMBER, **values})


def an_identity(world: World, key: Any, value: str = "ann@example.com") -> Identity:
    with world.scope():
        return add_identity(contact_id=key, provider="EMAIL", value=value)


def identities_of(world: World, key: Any) -> list[str]:
    with world.scope():
        return [str(identity) for identity in Identity.objects.filter(contact_id=key)]


def errors_of(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return {field: [str(text) for text in texts] for field, texts in answer.context["form"].errors.items()}


@pytest.mark.parametrize(
    ("provider", "value", "shown"),
    [("EMAIL", " Ann@Example.com", "E-mail: Ann@Example.com"), ("PHONE", "+357 99 123834", "Phone: +35799123834")],
)
def test_a_way_to_sign_in_is_added(acme: World, provider: str, value: str, shown: str) -> None:
    key = a_customer(acme)
    answer = acme.browser_of("agent").post(page_of(key, "add-identity"), {"provider": provider, "value": value})
    assert answer.headers["Location"] == address("contacts.Customer", "change", key)
    assert identities_of(acme, key) == [shown]
    event = last_event(acme, "contact", key)
    assert (event.name, actor_of(event)) == ("identity.added", staff_actor(acme, "agent"))


def test_one_way_to_sign_in_belongs_to_one_person(acme: World) -> None:
    an_identity(acme, a_customer(acme))
    key = a_customer(acme)
    before = written()
    answer = acme.browser_of("agent").post(
        page_of(key, "add-identity"), {"provider": "EMAIL", "value": "ANN@example.com"}
    )
    assert errors_of(answer) == {"value": ["Somebody signs in with this already."]}
    assert written() == before


@pytest.mark.parametrize(("provider", "value"), [("EMAIL", "nonsense"), ("PHONE", "12"), ("PHONE", "ann@example.com")])
def test_a_wrong_address_is_told_at_its_field(acme: World, provider: str, value: str) -> None:
    answer = acme.browser_of("agent").post(
        page_of(a_customer(acme), "add-identity"), {"provider": provider, "value": value}
    )
    assert list(errors_of(answer)) == ["value"]


@pytest.mark.parametrize(
    "given", [{"provider": "FAX", "value": "x"}, {}, {"provider": "EMAIL", "value": "a\0@b.example"}]
)
def test_a_form_that_is_not_filled_in_rightly_is_shown_again(acme: World, given: dict[str, str]) -> None:
    key = a_customer(acme)
    acme.browser_of("agent").post(page_of(key, "add-identity"), given)
    assert identities_of(acme, key) == []


def test_removing_a_way_to_sign_in_asks_first(acme: World) -> None:
    key = a_customer(acme)
    path = page_of(key, f"remove-identity/{an_identity(acme, key).pk}")
    browser, before = acme.browser_of("agent"), written()
    assert "Remove the sign-in E-mail: ann@example.com?" in browser.get(path).content.decode()
    assert (written(), identities_of(acme, key)) == (before, ["E-mail: ann@example.com"])
    browser.post(path)
    assert identities_of(acme, key) == []
    assert names_of(acme, "contact", key)[-1] == "identity.removed"
    assert browser.post(path).status_code == 404


def test_an_identity_is_removed_only_on_the_page_of_its_person(acme: World) -> None:
    identity, other = an_identity(acme, a_customer(acme)), a_customer(acme)
    assert acme.browser_of("agent").post(page_of(other, f"remove-identity/{identity.pk}")).status_code == 404


def test_a_document_is_kept_and_shows_only_its_end(acme: World) -> None:
    key = a_customer(acme)
    browser = acme.browser_of("agent")
    given = {"kind": "passport", "number": NUMBER, "issue_country": "CYP"}
    answer = browser.post(page_of(key, "keep-document"), given, follow=True)
    assert "Passport …567" in answer.content.decode()
    assert NUMBER not in answer.content.decode()
    event = last_event(acme, "contact", key)
    assert (event.name, actor_of(event)) == ("document.kept", staff_actor(acme, "agent"))
    assert "1234567" not in str(event.payload) + str(event.changes)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"kind": "diary", "number": "1"}, "kind"), ({"kind": "id", "number": ""}, "number"),
     ({"kind": "id", "number": "x" * 65}, "number"), ({"kind": "id", "number": "a\x07b"}, "number"),
     ({"kind": "id", "number": "1", "issue_country": "CYPRUS"}, "issue_country")],
)  # fmt: skip
def test_a_document_that_cannot_be_is_told_at_its_field(acme: World, given: dict[str, str], field: str) -> None:
    key = a_customer(acme)
    before = written()
    assert list(errors_of(acme.browser_of("agent").post(page_of(key, "keep-document"), given))) == [field]
    assert written() == before


def test_a_number_is_shown_once_it_was_asked_for_and_that_is_recorded(acme: World) -> None:
    key = a_customer(acme)
    path = page_of(key, f"reveal-document/{a_document(acme, key).pk}")
    browser, before = acme.browser_of("manager"), written()
    assert NUMBER not in browser.get(path).content.decode()
    assert written() == before
    answer = browser.post(path)
    assert NUMBER in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    event = last_event(acme, "contact", key)
    assert (event.name, actor_of(event)) == ("document.revealed", staff_actor(acme, "manager"))


def test_a_number_that_was_shown_is_kept_nowhere_else(acme: World) -> None:
    key = a_customer(acme)
    browser = acme.browser_of("owner")
    browser.post(page_of(key, f"reveal-document/{a_document(acme, key).pk}"))
    kept = [str(browser.cookies), *(str(session.get_decoded()) for session in Session.objects.all())]
    for path in ("/admin/", address("contacts.Customer", "change", key), address("contacts.Customer", "history", key)):
        kept.append(browser.get(path).content.decode())
    assert not any(NUMBER in text for text in kept)


@pytest.mark.parametrize("role", ["agent", "analyst"])
def test_who_may_not_see_numbers_is_refused(acme: World, role: str) -> None:
    key = a_customer(acme)
    path = page_of(key, f"reveal-document/{a_document(acme, key).pk}")
    before = written()
    for answer in (acme.browser_of(role).get(path), acme.browser_of(role).post(path)):
        assert answer.status_code == 403
        assert NUMBER not in answer.content.decode()
    assert written() == before


def test_a_document_is_shown_only_on_the_page_of_its_person(acme: World) -> None:
    document, other = a_document(acme, a_customer(acme)), a_customer(acme, name="Eve Other")
    before = written()
    answer = acme.browser_of("owner").post(page_of(other, f"reveal-document/{document.pk}"))
    assert answer.status_code == 404
    assert written() == before


@pytest.mark.parametrize(
    "extra", ["add-identity", "keep-document", "remove-identity/{identity}", "reveal-document/{document}"]
)
def test_the_analyst_changes_nothing_on_a_person(acme: World, extra: str) -> None:
    key = a_customer(acme)
    ids = {"identity": an_identity(acme, key).pk, "document": a_document(acme, key).pk}
    path, before = page_of(key, extra.format(**ids)), written()
    given = {"provider": "EMAIL", "value": "x@example.com", "kind": "id", "number": "1"}
    assert acme.browser_of("analyst").get(path).status_code == 403
    assert acme.browser_of("analyst").post(path, given).status_code == 403
    assert written() == before


@pytest.mark.parametrize(
    "extra", ["add-identity", "keep-document", "remove-identity/{identity}", "reveal-document/{document}"]
)
def test_nothing_is_done_without_the_token_of_the_page(acme: World, extra: str) -> None:
    key = a_customer(acme)
    ids = {"identity": an_identity(acme, key).pk, "document": a_document(acme, key).pk}
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(acme.staff["owner"].user)
    before = written()
    assert browser.post(page_of(key, extra.format(**ids))).status_code == 403
    assert written() == before


def test_a_person_who_is_gone_has_no_such_pages(acme: World) -> None:
    key = a_customer(acme)
    document = a_document(acme, key)
    acme.api.delete(f"/v1/customers/{key}")
    browser = acme.browser_of("owner")
    for extra in ("add-identity", "keep-document", f"reveal-document/{document.pk}"):
        assert browser.get(page_of(key, extra)).status_code == 404

"""Two callers at once about one person. Each race has a twin with the guard switched off, which must do harm."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError

from crm.contacts.errors import EmailTaken
from crm.contacts.models import Contact, Customer
from crm.contacts.services import create_contact, create_customer
from crm.contacts.services import customers as customer_services
from tests.cast import Cast, World
from tests.races.together import raised, succeeded, together, without_index

pytestmark = pytest.mark.xdist_group("races")

CALLERS = 8
ROUNDS = 5
EMAIL = "race@example.com"


def creating(world: World, **values: Any) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return create_customer(name="Racer", email=EMAIL, **values)

    return work


def test_one_of_many_gets_an_address(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        outcomes = together(*[creating(acme)] * CALLERS)
        assert (succeeded(outcomes), raised(outcomes, EmailTaken)) == (1, CALLERS - 1), outcomes
        with acme.scope():
            assert Contact.objects.filter(email_key=EMAIL).count() == 1
            Contact.objects.update(email_key="", email="")


def test_without_the_unique_index_several_get_it(committed_cast: Cast) -> None:
    with without_index("contact_email_once", "contacts_contact"):
        assert any(succeeded(together(*[creating(committed_cast.acme)] * CALLERS)) > 1 for _ in range(ROUNDS))


def test_over_http_nobody_sees_more_than_a_taken_address(committed_cast: Cast) -> None:
    api = committed_cast.acme.api
    answers = together(*[lambda: api.post("/v1/customers", {"name": "Racer", "email": EMAIL})] * CALLERS)
    assert sorted(answer.status_code for answer in answers) == [201] + [400] * (CALLERS - 1)
    for answer in answers:
        if answer.status_code == 400:
            assert answer.json()["error"]["details"][0]["field"] == "email"


def promote(acme: World) -> list[Any]:
    with acme.scope():
        Contact.objects.update(email_key="", email="")
        create_contact(email=EMAIL)
    return together(*[creating(acme)] * CALLERS)


def test_a_listed_contact_is_promoted_once(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        outcomes = promote(acme)
        assert (succeeded(outcomes), raised(outcomes, EmailTaken)) == (1, CALLERS - 1), outcomes
        with acme.scope():
            assert Customer.objects.filter(contact__email_key=EMAIL).count() == 1


def test_without_the_lock_promotion_fails_in_the_database_instead(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        customer_services,
        "locked_contact_with_email",
        lambda email: Contact.objects.filter(email_key=email, deleted_at=None).first(),
    )
    assert any(raised(promote(committed_cast.acme), IntegrityError) for _ in range(ROUNDS))

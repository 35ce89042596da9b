"""Every column of every table is spoken for: what people are given of it, and what becomes of it in an erasure."""

from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from crm.kernel.privacy import holdings, registry
from crm.kernel.privacy.fields import keep
from crm.kernel.privacy.holdings import by, leaves, nobodys, stays


@pytest.fixture
def spoken_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test says of tables is forgotten after it."""
    monkeypatch.setattr(holdings, "HOLDINGS", dict(holdings.HOLDINGS))
    monkeypatch.setattr(holdings, "IMPERSONAL", dict(holdings.IMPERSONAL))
    monkeypatch.setattr(registry, "HOLDINGS", holdings.HOLDINGS)
    monkeypatch.setattr(registry, "IMPERSONAL", holdings.IMPERSONAL)


def test_every_column_of_every_table_is_spoken_for() -> None:
    assert registry.gaps() == []


def test_a_table_that_nobody_speaks_for_is_found(spoken_for: None) -> None:
    del holdings.HOLDINGS["contacts.Contact"]
    assert registry.gaps() == ["contacts.Contact: nobody says what it holds"]


def test_a_column_that_nobody_speaks_for_is_found(spoken_for: None) -> None:
    said = holdings.HOLDINGS.pop("contacts.Contact")
    fields = {name: rule for name, rule in said.fields.items() if name != "phone"}
    holdings.HOLDINGS["contacts.Contact"] = holdings.Holding(said.label, said.whose, fields)
    assert registry.gaps() == ["contacts.Contact.phone: nobody says what becomes of it"]


def test_a_text_of_a_table_that_is_nobodys_is_found(spoken_for: None) -> None:
    del holdings.IMPERSONAL["leads.WebForm"]
    nobodys("leads.WebForm", "what staff ask on web pages", "name asks thanks redirect_url")
    assert registry.gaps() == ["leads.WebForm.origins: is nothing about people written there?"]


def test_names_that_are_no_longer_there_are_found(spoken_for: None) -> None:
    nobodys("leads.Gone", "a table that there was")
    del holdings.HOLDINGS["contacts.MatchKey"]
    leaves("contacts.MatchKey", by(contact="contact_id"), withheld="id contact key gone")
    assert registry.gaps() == [
        "contacts.MatchKey.gone: there is no such column",
        "leads.Gone: there is no such table",
    ]


def test_what_stays_says_why(spoken_for: None) -> None:
    del holdings.HOLDINGS["contacts.ContactKey"]
    stays("contacts.ContactKey", by(contact="pk"), withheld=[keep("", "wrapped"), keep("its key", "contact")])
    assert registry.gaps() == ["contacts.ContactKey.wrapped: it stays, and nobody says why"]


def test_nobody_speaks_for_a_table_twice(spoken_for: None) -> None:
    with pytest.raises(ValueError, match="already"):
        nobodys("contacts.Contact", "said again")


def test_every_table_of_the_database_is_a_model_or_only_django_s_own(db: Any) -> None:
    """What no model knows could hold anything."""
    known = {model._meta.db_table for model in _models()}
    assert set(connection.introspection.table_names()) - known == {"django_migrations"}


def _models() -> list[type[models.Model]]:
    from django.apps import apps

    return list(apps.get_models(include_auto_created=True))


@isolate_apps()
def test_a_column_that_cannot_be_empty_has_to_be_kept() -> None:
    from django.core.exceptions import ImproperlyConfigured

    from crm.kernel.privacy.fields import blank_of

    with pytest.raises(ImproperlyConfigured, match="cannot be empty"):
        blank_of(models.DateTimeField())

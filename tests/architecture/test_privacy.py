"""Every column of every table is spoken for: what people are given of it, and what becomes of it in an erasure."""

import dataclasses
from typing import Any

import pytest
from django.db import connection, models

from crm.kernel.events import event_types
from crm.kernel.privacy import holdings, registry
from crm.kernel.privacy.fields import clear, keep, pseudonym
from crm.kernel.privacy.holdings import by, leaves, nobodys, stays
from crm.kernel.privacy.traces import WRITTEN_BY_SOMEBODY


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


def test_a_column_that_cannot_be_empty_has_to_be_kept(spoken_for: None) -> None:
    del holdings.HOLDINGS["contacts.MergedContact"]
    stays("contacts.MergedContact", by(contact="pk"), withheld=[clear("into", "merge"), keep("its key", "contact")])
    assert [gap.partition(":")[0] for gap in registry.gaps()] == [
        "contacts.MergedContact.into", "contacts.MergedContact.merge",
    ]  # fmt: skip


def test_a_pseudonym_has_to_fit(spoken_for: None) -> None:
    del holdings.HOLDINGS["contacts.FurtherAddress"]
    kept = keep("said for this test", "id", "contact", "key", "value", "created_at")
    stays("contacts.FurtherAddress", by(contact="contact_id"), withheld=[pseudonym("channel"), kept])
    assert registry.gaps() == ["contacts.FurtherAddress.channel: it is too short for what is to stand there"]


# Texts of events that are our own words, ids, moments or figures: whoever adds another says so here, or blanks it.
OUR_OWN_WORDS = {
    "after",
    "amount", "band", "because", "before", "cause", "channel", "contact_id", "currency", "customer_since", "day",
    "formerly_ordered_at", "from_band", "from_slug", "from_status", "job", "kind", "lead_id", "locale", "media_type",
    "net", "noun", "now", "number", "order_net", "origin", "prefix", "provider", "purpose", "record_kind",
    "refunded_net", "role", "scale", "score", "sign_in_id", "slug", "source", "state", "status", "subject",
    "subject_kind",
    "theme", "to_band", "to_slug", "to_status", "topic", "total", "type", "via", "what",
}  # fmt: skip


def test_what_events_tell_is_ours_or_goes() -> None:
    """An event's texts stay for good, but for those that people may have written (crm/kernel/privacy/traces.py)."""
    texts = {
        field.name
        for kind in event_types().values()
        for field in dataclasses.fields(kind)
        if field.type in (str, str | None)
        and field.metadata.get("kept", True)
        and not kind.__module__.startswith("tests")
    }
    assert texts - OUR_OWN_WORDS == set(WRITTEN_BY_SOMEBODY)
    assert OUR_OWN_WORDS - texts == set(), "no event tells it any more"

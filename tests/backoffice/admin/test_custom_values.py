"""Custom fields on a person's form: a typed field for each kind, the rules of the API behind it."""

from typing import Any

import pytest

from crm.contacts.models import Contact
from crm.organisations.services import define_custom_field
from tests.backoffice.admin.forms import errors_of, fields_of, send
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.trail import last_event, written
from tests.builders import a_customer, stored
from tests.cast import World

DEFINITIONS: dict[str, dict[str, Any]] = {
    "pet": {"kind": "text", "longest": 5},
    "weight": {"kind": "number", "minimum": 0},
    "kids": {"kind": "integer", "minimum": 0, "maximum": 20},
    "vip": {"kind": "boolean"},
    "wed": {"kind": "date"},
    "size": {"kind": "choice", "choices": ["S", "M"]},
}
VALUES = [
    ("pet", "cat", "cat"), ("weight", "1.5", 1.5), ("kids", "3", 3), ("kids", "0", 0), ("vip", "true", True),
    ("vip", "false", False), ("wed", "2020-02-29", "2020-02-29"), ("size", "M", "M"),
]  # fmt: skip
WRONG = [
    ("pet", "catfish"), ("weight", "-1"), ("weight", "heavy"), ("weight", "nan"), ("kids", "21"), ("kids", "1.5"),
    ("vip", "perhaps"), ("wed", "2021-02-29"), ("size", "L"), ("pet", "a\0b"),
]  # fmt: skip
# What only the definition knows, not the kind of form field.
BY_DEFINITION = {("pet", "catfish"), ("weight", "-1"), ("kids", "21")}


def define(world: World, *keys: str) -> None:
    with world.scope():
        for key in keys or DEFINITIONS:
            define_custom_field(key=key, label=f"The {key}", **DEFINITIONS[key])


def page_of(key: Any, page: str = "Customer") -> str:
    return address(f"contacts.{page}", "change", key)


def kept(world: World, key: Any) -> dict[str, Any]:
    return stored(world, key).contact.custom_fields


@pytest.mark.parametrize("page", ["Customer", "Contact"])
@pytest.mark.parametrize(("key", "sent", "value"), VALUES)
def test_a_value_of_each_kind_is_kept_shown_and_cleared(
    acme: World, key: str, sent: str, value: Any, page: str
) -> None:
    define(acme)
    person, browser, field = a_customer(acme), acme.browser_of("agent"), f"custom__{key}"
    send(browser, page_of(person, page), **{field: sent})
    assert kept(acme, person) == {key: value}
    assert last_event(acme, "contact", person).changes == {"custom_fields": [{}, {key: value}]}
    assert fields_of(browser.get(page_of(person, page)), f"{page.lower()}_form")[field] == [sent]
    before = written()
    send(browser, page_of(person, page))
    assert written() == before
    send(browser, page_of(person, page), **{field: ""})
    assert kept(acme, person) == {}


@pytest.mark.parametrize("page", ["Customer", "Contact"])
@pytest.mark.parametrize(("key", "sent", "value"), VALUES)
def test_a_new_person_has_the_values_too(acme: World, key: str, sent: str, value: Any, page: str) -> None:
    define(acme)
    new = {"first_name": "Ann", "email": "ann@example.com", f"custom__{key}": sent}
    send(acme.browser_of("agent"), address(f"contacts.{page}", "add"), **new)
    with acme.scope():
        assert Contact.objects.get(email="ann@example.com").custom_fields == {key: value}


@pytest.mark.parametrize(("key", "sent"), WRONG)
def test_a_value_that_cannot_be_is_refused_and_nothing_is_written(acme: World, key: str, sent: str) -> None:
    define(acme)
    person = a_customer(acme, name="Ann")
    before = written()
    answer = send(acme.browser_of("agent"), page_of(person), **{f"custom__{key}": sent, "first_name": "Eve"})
    assert len(errors_of(answer)) == 1
    assert (written(), kept(acme, person), stored(acme, person).contact.name) == (before, {}, "Ann")


@pytest.mark.parametrize("page", ["Customer", "Contact"])
@pytest.mark.parametrize(("key", "sent"), sorted(BY_DEFINITION))
def test_a_value_against_its_definition_is_told_at_its_field(acme: World, key: str, sent: str, page: str) -> None:
    define(acme)
    answer = send(acme.browser_of("agent"), page_of(a_customer(acme), page), **{f"custom__{key}": sent})
    assert list(errors_of(answer)) == [f"custom__{key}"]


def test_two_wrong_values_are_told_together(acme: World) -> None:
    define(acme)
    answer = send(acme.browser_of("agent"), page_of(a_customer(acme)), custom__kids="21", custom__pet="catfish")
    assert sum(len(texts) for texts in errors_of(answer).values()) == 2


def test_keys_without_a_definition_are_kept_and_not_on_the_form(acme: World) -> None:
    define(acme, "pet")
    person = a_customer(acme, custom_fields={"legacy": {"a": [1]}, "pet": "dog"})
    browser = acme.browser_of("agent")
    assert "custom__legacy" not in fields_of(browser.get(page_of(person)), "customer_form")
    send(browser, page_of(person), custom__pet="cat")
    assert kept(acme, person) == {"legacy": {"a": [1]}, "pet": "cat"}


def test_definitions_of_other_places_are_not_on_the_form(acme: World, rehearsal: World, rival: World) -> None:
    define(rehearsal, "pet")
    define(rival, "kids")
    browser = acme.browser_of("agent")
    for path in (page_of(a_customer(acme)), address("contacts.Customer", "add")):
        shown = fields_of(browser.get(path), "customer_form")
        assert [name for name in shown if name.startswith("custom__")] == []
        assert "The pet" not in browser.get(path).content.decode()


def test_labels_stand_beside_the_fields(acme: World) -> None:
    define(acme, "size")
    form = acme.browser_of("agent").get(page_of(a_customer(acme))).context["adminform"].form
    assert form.fields["custom__size"].label == "The size"
    assert [value for value, _ in form.fields["custom__size"].choices] == ["", "S", "M"]


@pytest.mark.parametrize(("key", "value"), [("kids", "many"), ("wed", "soon"), ("size", "XXL"), ("weight", "heavy")])
def test_an_old_value_that_fits_no_more_does_not_stop_another_change(acme: World, key: str, value: str) -> None:
    person = a_customer(acme, custom_fields={key: value})
    define(acme, key)
    answer = send(acme.browser_of("agent"), page_of(person), notes="called today")
    assert answer.status_code == 302, errors_of(answer)
    assert stored(acme, person).notes == "called today"
    assert kept(acme, person) == {key: value}

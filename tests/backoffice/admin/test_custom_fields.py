"""The definitions of custom fields."""

import pytest

from crm.organisations.models import CustomField
from tests.backoffice.admin.forms import errors_of, fields_of, send
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.trail import last_event, names_of, row_of, written
from tests.cast import World

ADD = address("organisations.CustomField", "add")


def test_a_custom_field_is_defined_changed_and_removed(acme: World) -> None:
    browser = acme.browser_of("manager")
    send(browser, ADD, label="Shoe size", key="shoe", kind="integer", minimum="20", maximum="50")
    field = row_of(acme, CustomField, key="shoe")
    path = address("organisations.CustomField", "change", field.pk)
    assert "key" not in fields_of(browser.get(path), "customfield_form")
    send(browser, path, label="Size of shoe")
    assert last_event(acme, "custom_field", field.pk).changes == {"label": ["Shoe size", "Size of shoe"]}
    browser.post(address("organisations.CustomField", "delete", field.pk), {"post": "yes"})
    assert names_of(acme, "custom_field", field.pk)[-1] == "custom_field.removed"


@pytest.mark.parametrize(
    ("given", "field"),
    [({"key": "taken"}, "key"), ({"key": "Size 1"}, "key"), ({"kind": "choice", "choices": ""}, "choices"),
     ({"minimum": "5", "maximum": "4"}, "minimum"), ({"kind": "colour"}, "kind"), ({"longest": "-1"}, "longest")],
)  # fmt: skip
def test_a_definition_that_cannot_be_is_told_at_its_field(acme: World, given: dict[str, str], field: str) -> None:
    browser = acme.browser_of("manager")
    send(browser, ADD, label="Taken", key="taken")
    before = written()
    assert list(errors_of(send(browser, ADD, **{"label": "New", "key": "new", **given}))) == [field]
    assert written() == before


@pytest.mark.parametrize("choices", ["S,M,L", "S, M, L", "S\r\nM\r\nL"])
def test_choices_are_read_by_comma_and_by_line(acme: World, choices: str) -> None:
    send(acme.browser_of("manager"), ADD, label="Size", key="size", kind="choice", choices=choices)
    assert row_of(acme, CustomField, key="size").choices == ["S", "M", "L"]

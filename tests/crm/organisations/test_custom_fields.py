"""Any key may be sent; a key with a definition is checked against it (where-they-meet.md, "One person")."""

from decimal import Decimal
from typing import Any

import pytest

from crm.kernel.audit import events_about
from crm.kernel.errors import Invalid, NotFound
from crm.kernel.ids import new_id
from crm.organisations.custom_fields import LONGEST_KEY, MOST_KEYS, checked_custom_fields
from crm.organisations.errors import BadCustomField, BadCustomValue, CustomFieldExists
from crm.organisations.models import CustomField
from crm.organisations.services import define_custom_field, remove_custom_field
from tests.cast import World


def defined(world: World, **values: Any) -> CustomField:
    with world.scope():
        return define_custom_field(**{"key": "size", "label": "Size", **values})


def check(world: World, **values: Any) -> dict[str, Any]:
    with world.scope():
        return checked_custom_fields(values)


def complaints(world: World, **values: Any) -> list[str]:
    with pytest.raises(BadCustomValue) as refusal:
        check(world, **values)
    return [complaint.field for complaint in refusal.value.complaints]


RIGHT: list[tuple[dict[str, Any], Any]] = [
    ({"kind": "text", "longest": 3}, ""), ({"kind": "text", "longest": 3}, "äöü"),
    ({"kind": "number"}, 1.5), ({"kind": "number"}, -2), ({"kind": "number", "minimum": Decimal("0.1")}, 0.1),
    ({"kind": "number", "maximum": Decimal("99.5")}, 99.5), ({"kind": "integer"}, 7), ({"kind": "integer"}, -7),
    ({"kind": "integer", "minimum": 1, "maximum": 3}, 1), ({"kind": "integer", "minimum": 1, "maximum": 3}, 3),
    ({"kind": "boolean"}, True), ({"kind": "boolean"}, False), ({"kind": "date"}, "2024-02-29"),
    ({"kind": "choice", "choices": ["S", "M"]}, "M"),
]  # fmt: skip
WRONG: list[tuple[dict[str, Any], Any]] = [
    ({"kind": "text", "longest": 3}, "abcd"), ({"kind": "text"}, 5), ({"kind": "text"}, ["a"]),
    ({"kind": "text"}, True),
    ({"kind": "number"}, "1.5"), ({"kind": "number"}, True), ({"kind": "number", "minimum": Decimal("0.1")}, 0.09),
    ({"kind": "number", "maximum": Decimal("99.5")}, 99.6), ({"kind": "integer"}, 1.5), ({"kind": "integer"}, "7"),
    ({"kind": "integer"}, False), ({"kind": "integer", "minimum": 1}, 0), ({"kind": "integer", "maximum": 3}, 4),
    ({"kind": "boolean"}, "true"), ({"kind": "boolean"}, 1), ({"kind": "date"}, "2023-02-29"),
    ({"kind": "date"}, "29.02.2024"), ({"kind": "date"}, "20240229"), ({"kind": "date"}, "2024-02-29T00:00:00Z"),
    ({"kind": "date"}, 20240229), ({"kind": "date"}, ""), ({"kind": "choice", "choices": ["S", "M"]}, "L"),
    ({"kind": "choice", "choices": ["S", "M"]}, "s"), ({"kind": "choice", "choices": ["S", "M"]}, ["S"]),
]  # fmt: skip


@pytest.mark.parametrize(("definition", "value"), RIGHT)
def test_a_value_its_definition_allows_passes(acme: World, definition: dict[str, Any], value: Any) -> None:
    defined(acme, **definition)
    assert check(acme, size=value) == {"size": value}


@pytest.mark.parametrize(("definition", "value"), WRONG)
def test_a_value_its_definition_forbids_is_refused_by_key(acme: World, definition: dict[str, Any], value: Any) -> None:
    defined(acme, **definition)
    assert complaints(acme, size=value) == ["custom_fields.size"]


def test_every_wrong_key_is_named(acme: World) -> None:
    defined(acme, kind="integer")
    defined(acme, key="colour", kind="choice", choices=["red"])
    assert set(complaints(acme, size="x", colour="blue", other="fine")) == {
        "custom_fields.size", "custom_fields.colour",
    }  # fmt: skip


@pytest.mark.parametrize("definition", [definition for definition, _value in RIGHT])
def test_null_clears_a_key_whatever_its_definition(acme: World, definition: dict[str, Any]) -> None:
    defined(acme, **definition)
    assert check(acme, size=None) == {"size": None}


@pytest.mark.parametrize("value", ["text", "", 5, 1.5, True, None, ["a", 1, {"b": None}], {"a": {"b": ["c"]}}, []])
def test_a_key_without_a_definition_takes_any_plain_value(acme: World, value: Any) -> None:
    assert check(acme, anything=value) == {"anything": value}


def test_definitions_bind_their_own_tenant_only(acme: World, rehearsal: World, rival: World) -> None:
    defined(acme, kind="integer")
    assert complaints(acme, size="L") == ["custom_fields.size"]
    assert check(rehearsal, size="L") == check(rival, size="L") == {"size": "L"}


NESTED: Any = [[[[[["too deep"]]]]]]


@pytest.mark.parametrize(
    "value",
    ["x" * 10_001, "a\0b", "\ud800", float("nan"), float("inf"), {"a\0": 1}, ["a\0"], NESTED, {"a": {"b": NESTED}},
     object(), b"bytes", {1, 2}],
)  # fmt: skip
def test_a_value_that_cannot_be_stored_is_refused_by_key(acme: World, value: Any) -> None:
    assert complaints(acme, anything=value) == ["custom_fields.anything"]


@pytest.mark.parametrize("key", ["", "k" * (LONGEST_KEY + 1), "a\0b", "\udfff"])
def test_a_key_that_cannot_be_stored_is_refused(acme: World, key: str) -> None:
    assert complaints(acme, **{key: 1}) == ["custom_fields"]


def test_the_longest_key_and_text_pass(acme: World) -> None:
    values = {"k" * LONGEST_KEY: "x" * 10_000, "größe in cm": 5}
    assert check(acme, **values) == values


def test_there_is_a_greatest_number_of_keys(acme: World) -> None:
    most = {f"k{number}": number for number in range(MOST_KEYS)}
    assert check(acme, **most) == most
    assert complaints(acme, **most, one_more=1) == ["custom_fields"]


def test_another_name_for_the_field_may_be_told(acme: World) -> None:
    with acme.scope(), pytest.raises(BadCustomValue) as refusal:
        checked_custom_fields({"a": float("nan")}, prefix="extra")
    assert refusal.value.complaints[0].field == "extra.a"


@pytest.mark.parametrize("definition", [None, {"kind": "number", "minimum": 0}])
def test_numbers_as_the_json_parser_reads_them_pass(acme: World, definition: dict[str, Any] | None) -> None:
    if definition:
        defined(acme, **definition)
    assert check(acme, size=Decimal("1.75"))["size"] in (1.75, Decimal("1.75"))


@pytest.mark.parametrize("key", ["a\nb", "a\tb", "\x1b[31m", "\u202e"])
def test_a_key_is_printable(acme: World, key: str) -> None:
    assert complaints(acme, **{key: 1}) == ["custom_fields"]


def test_a_defined_key_has_no_line_break(acme: World) -> None:
    with pytest.raises(Invalid):
        defined(acme, key="size\n")


def test_a_definition_is_recorded(acme: World) -> None:
    field = defined(acme, kind="integer", minimum=1)
    with acme.scope():
        define_custom_field(field_id=field.id, maximum=9)
        changed, made = events_about("custom_field", field.id)
    assert (made.name, made.changes["kind"], made.changes["minimum"]) == (
        "custom_field.defined", ["text", "integer"], [None, 1],
    )  # fmt: skip
    assert changed.changes == {"maximum": [None, 9]}


@pytest.mark.parametrize(
    ("field", "value"),
    [("key", ""), ("key", "Size"), ("key", "2nd"), ("key", "my-size"), ("key", "k" * 51), ("label", ""),
     ("kind", "colour"), ("longest", -1), ("minimum", "x"), ("choices", ["c" * 101])],
)  # fmt: skip
def test_a_definition_that_cannot_be_is_refused_on_its_field(acme: World, field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        defined(acme, **{field: value})
    assert {complaint.field for complaint in refusal.value.complaints} == {field}
    with acme.scope():
        assert not CustomField.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [({"kind": "choice"}, "choices"), ({"kind": "choice", "choices": []}, "choices"),
     ({"kind": "number", "minimum": 5, "maximum": 4}, "minimum")],
)  # fmt: skip
def test_a_definition_is_whole(acme: World, values: dict[str, Any], field: str) -> None:
    with pytest.raises(BadCustomField) as refusal:
        defined(acme, **values)
    assert refusal.value.field == field


def test_a_key_is_defined_once_in_each_mode(acme: World, rehearsal: World, rival: World) -> None:
    defined(acme)
    with pytest.raises(CustomFieldExists):
        defined(acme, label="Another")
    other = defined(acme, key="other")
    with acme.scope(), pytest.raises(CustomFieldExists):
        define_custom_field(field_id=other.id, key="size")
    defined(rehearsal)
    defined(rival)


def test_a_definition_that_is_removed_binds_no_longer(acme: World) -> None:
    field = defined(acme, kind="integer")
    with acme.scope():
        remove_custom_field(field_id=field.id)
        event = events_about("custom_field", field.id).first()
    assert event is not None
    assert (event.name, event.changes) == ("custom_field.removed", {"key": ["size", None]})
    assert check(acme, size="L") == {"size": "L"}


def test_definitions_of_others_and_unknown_ones_are_not_found(acme: World, rehearsal: World, rival: World) -> None:
    field = defined(acme)
    for world, field_id in ((rehearsal, field.id), (rival, field.id), (acme, new_id())):
        with world.scope():
            with pytest.raises(NotFound):
                define_custom_field(field_id=field_id, label="Theirs")
            with pytest.raises(NotFound):
                remove_custom_field(field_id=field_id)
    with acme.scope():
        assert CustomField.objects.get().label == "Size"

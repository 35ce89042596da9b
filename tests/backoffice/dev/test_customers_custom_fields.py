"""Custom fields as filters, of S4 (`custom_fields.<key>`) and of S0 (`filter[custom_fields.<key>]`) alike."""

from typing import Any

import pytest

from tests.backoffice.dev.wire import CUSTOMERS, complaints, define, names, sheet
from tests.builders import a_customer
from tests.cast import Api, World

PEOPLE: dict[str, dict[str, Any]] = {
    "Ann": {"city": "Nicosia", "size": 44, "weight": 70.5, "vip": True, "met": "2024-01-31", "plan": "gold"},
    "Bob": {"city": "nicosia", "size": 44.0, "weight": 70, "vip": False, "met": "2024-02-01", "plan": "base"},
    "Cid": {"city": "Paphos", "size": 9007199254740993, "undefined": "x"},
    "Dan": {},
}
SURFACES = {"S4": (CUSTOMERS, "custom_fields.{}"), "S0": ("/v1/customers", "filter[custom_fields.{}]")}


@pytest.fixture
def world(acme: World) -> World:
    for name, values in PEOPLE.items():
        a_customer(acme, name=name, custom_fields=values)
    kinds = {"city": "text", "size": "integer", "weight": "number", "vip": "boolean", "met": "date"}
    for key, kind in kinds.items():
        define(acme, key, kind)
    define(acme, "plan", "choice", choices=["gold", "base"])
    return acme


@pytest.fixture(params=SURFACES)
def surface(request: Any) -> tuple[str, str]:
    return SURFACES[request.param]


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [("city", "Nicosia", {"Ann"}), ("city", "Nicosia,Paphos", {"Ann", "Cid"}), ("city", " Paphos ", {"Cid"}),
     ("city", "Nic", set()), ("city", "Larnaca", set()), ("size", "44", {"Ann", "Bob"}),
     ("size", "44.0", {"Ann", "Bob"}),
     ("size", "9007199254740993", {"Cid"}), ("size", "9007199254740992", set()), ("weight", "70.5", {"Ann"}),
     ("weight", "70.50,70.0", {"Ann", "Bob"}), ("weight", "7e1", {"Bob"}), ("vip", "true", {"Ann"}),
     ("vip", "false", {"Bob"}), ("vip", "true,false", {"Ann", "Bob"}), ("met", "2024-01-31", {"Ann"}),
     ("met", "2024-1-31", {"Ann"}), ("plan", "gold,base", {"Ann", "Bob"}), ("plan", "", set(PEOPLE)),
     ("plan", ",", set(PEOPLE))],
)  # fmt: skip
def test_people_are_found_by_their_custom_fields(
    world: World, surface: tuple[str, str], key: str, value: str, found: set[str]
) -> None:
    path, parameter = surface
    assert set(names(world.api.get(path, **{parameter.format(key): value}))) == found


def test_custom_fields_narrow_together_and_with_other_filters(world: World, surface: tuple[str, str]) -> None:
    path, parameter = surface
    both = {parameter.format("size"): "44", parameter.format("city"): "nicosia"}
    assert names(world.api.get(path, **both)) == ["Bob"]
    assert names(world.api.get(path, **both, search="ann")) == []
    assert world.api.get(path, **both).json()["pagination"]["total"] == 1


def test_the_export_is_filtered_alike(world: World) -> None:
    rows = sheet(world.api.get(f"{CUSTOMERS}/export", **{"custom_fields.size": "44"}))
    assert {row["name"] for row in rows} == {"Ann", "Bob"}


@pytest.mark.parametrize(
    ("key", "value"),
    [("size", "big"), ("size", "44.5"), ("size", "9" * 5000), ("weight", "heavy"), ("weight", "NaN"),
     ("weight", "1e999999999"), ("weight", "9" * 41), ("vip", "yes"), ("met", "31/01/2024"), ("met", "2024-02-30"),
     ("plan", "silver"), ("plan", "gold,silver"), ("city", "Nico\x00sia"), ("city", "x" * 10_001),
     ("city", "x," * 101), ("undefined", "x"), ("shoe", "1"), ("", "1"), ("City", "x"), ("vip.x", "1"),
     ("c\x00ty", "1"), ("vip]", "true")],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_the_parameters_name(
    world: World, surface: tuple[str, str], key: str, value: str
) -> None:
    path, parameter = surface
    name = parameter.format(key)
    answer = world.api.get(path, **{name: value})
    if path == CUSTOMERS:
        assert set(complaints(answer)) == {name}
        assert set(complaints(world.api.get(f"{path}/export", **{name: value}))) == {name}
    else:
        assert (answer.status_code, [d["field"] for d in answer.json()["error"]["details"]]) == (400, [name])


def test_every_wrong_filter_is_named_at_once(world: World) -> None:
    asked = {"custom_fields.size": "big", "custom_fields.vip": "yes", "status": "gone"}
    assert set(complaints(world.api.get(CUSTOMERS, **asked))) == set(asked)


def test_a_bracket_that_is_not_closed_is_no_filter(world: World) -> None:
    assert len(names(world.api.get("/v1/customers", **{"filter[custom_fields.vip": "true"}))) == len(PEOPLE)


def test_definitions_of_others_define_nothing_here(world: World, rehearsal: World, rival: World) -> None:
    define(rehearsal, "hat")
    define(rival, "hat")
    a_customer(rival, name="Rival", custom_fields={"hat": "L", "vip": True})
    assert set(complaints(world.api.get(CUSTOMERS, **{"custom_fields.hat": "L"}))) == {"custom_fields.hat"}
    assert names(rival.api.get(CUSTOMERS, **{"custom_fields.hat": "L"})) == ["Rival"]
    assert names(world.api.get(CUSTOMERS, **{"custom_fields.vip": "true"})) == ["Ann"]


def test_many_are_found_as_few_are(world: World, surface: tuple[str, str], monkeypatch: Any) -> None:
    from crm.kernel import lookups

    path, parameter = surface
    monkeypatch.setattr(lookups, "FEW", 1)
    assert set(names(world.api.get(path, **{parameter.format("size"): "44"}))) == {"Ann", "Bob"}
    assert names(world.api.get(path, **{parameter.format("vip"): "true"})) == ["Ann"]


def test_the_deleted_are_not_found(world: World) -> None:
    (row,) = world.api.get(CUSTOMERS, **{"custom_fields.vip": "true"}).json()["data"]
    Api(world.secret_key).delete(f"{CUSTOMERS}/{row['id']}")
    assert names(world.api.get(CUSTOMERS, **{"custom_fields.vip": "true"})) == []

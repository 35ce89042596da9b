"""Sorting by what a resource allows, in the style of the dialect."""

import pytest

from crm.kernel.errors import Invalid
from crm.web.dialects import V1, DevCrm, SelfService, Services
from crm.web.sorting import order_of

ALLOWED = {"name": "contact__name", "created_at": "created_at", "status": ("status", "-created_at")}
DEFAULT = ("-created_at", "-pk")


def _order(dialect: object, **parameters: str) -> tuple[str, ...]:
    return order_of(parameters, dialect, ALLOWED, DEFAULT, "pk")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("name", ("contact__name", "pk")), ("name:asc", ("contact__name", "pk")), ("name:desc", ("-contact__name", "-pk")),
     ("name:DESC", ("-contact__name", "-pk")), (" name:asc ", ("contact__name", "pk")),
     ("name:asc,created_at:desc", ("contact__name", "-created_at", "-pk")),
     ("name:desc , created_at", ("-contact__name", "created_at", "pk")),
     ("status", ("status", "-created_at", "-pk")), ("status:desc", ("-status", "created_at", "pk")),
     ("status:desc,name", ("-status", "contact__name", "pk")),
     ("name,status", ("contact__name", "status", "-created_at", "-pk")), ("", DEFAULT), ("  ", DEFAULT)],
)  # fmt: skip
@pytest.mark.parametrize("dialect", [V1(), DevCrm()], ids=lambda dialect: dialect.name)
def test_field_and_direction_in_one_parameter(dialect: object, sort: str, expected: tuple[str, ...]) -> None:
    assert _order(dialect, sort=sort) == expected


@pytest.mark.parametrize(
    ("dialect", "by", "direction"), [(Services(), "sortBy", "sortOrder"), (SelfService(), "sort", "order")]
)
@pytest.mark.parametrize(
    ("word", "sign"), [("asc", ""), ("ASC", ""), ("desc", "-"), ("DESC", "-"), ("", "-"), (None, "-")]
)
def test_field_and_direction_in_two_parameters(
    dialect: object, by: str, direction: str, word: str | None, sign: str
) -> None:
    given = {by: "name"} if word is None else {by: "name", direction: word}
    assert _order(dialect, **given) == (f"{sign}contact__name", f"{sign}pk")


def test_a_direction_without_a_field_changes_nothing() -> None:
    assert _order(Services(), sortOrder="asc") == DEFAULT


@pytest.mark.parametrize(
    ("dialect", "parameter", "given"),
    [(V1(), "sort", {"sort": "shoe"}), (V1(), "sort", {"sort": "contact__name"}), (V1(), "sort", {"sort": "-name"}),
     (V1(), "sort", {"sort": "name:"}), (V1(), "sort", {"sort": "name:up"}), (V1(), "sort", {"sort": "name,,"}),
     (V1(), "sort", {"sort": "name:asc:desc"}), (V1(), "sort", {"sort": "?"}), (V1(), "sort", {"sort": "NAME"}),
     (Services(), "sortBy", {"sortBy": "name:asc"}), (Services(), "sortBy", {"sortBy": "name,created_at"}),
     (Services(), "sortBy", {"sortBy": "name", "sortOrder": "up"}), (SelfService(), "sort", {"sort": "pk"})],
)  # fmt: skip
def test_anything_else_is_refused_on_the_parameter(dialect: object, parameter: str, given: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        _order(dialect, **given)
    assert [complaint.field for complaint in refused.value.complaints] == [parameter]

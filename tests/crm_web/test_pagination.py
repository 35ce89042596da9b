"""Which page is asked for, and what a page tells of itself."""

from typing import Any

import pytest

from crm.kernel.errors import Invalid
from crm.web.dialects import DIALECTS, V1, DevCrm, Listings, Page, SelfService, Services
from crm.web.pagination import LAST_PAGE, Window, read_page, window_of


@pytest.mark.parametrize(
    ("dialect", "size"), [(V1(), 20), (Services(), 10), (SelfService(), 10), (DevCrm(), 10), (Listings(), 500)]
)
def test_without_parameters_it_is_the_first_page_of_the_dialects_own_size(dialect: Any, size: int) -> None:
    assert window_of({}, dialect) == Window(1, size)


@pytest.mark.parametrize(("number", "size", "start"), [(1, 20, 0), (2, 20, 20), (3, 7, 14), (10_000, 100, 999_900)])
def test_a_window_starts_behind_the_pages_before_it(number: int, size: int, start: int) -> None:
    assert Window(number, size).start == start


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_page_and_size_are_read_under_the_dialects_names(dialect: Any) -> None:
    assert window_of({dialect.page_parameter: "3", dialect.size_parameter: " 7 "}, dialect) == Window(3, 7)
    assert window_of({dialect.size_parameter: str(dialect.largest_size)}, dialect).size == dialect.largest_size


@pytest.mark.parametrize("dialect", [V1(), Services(), DevCrm()], ids=lambda dialect: dialect.name)
def test_a_size_above_the_largest_is_refused(dialect: Any) -> None:
    with pytest.raises(Invalid) as refused:
        window_of({"limit": "101"}, dialect)
    (complaint,) = refused.value.complaints
    assert (complaint.field, "100" in str(complaint.message)) == ("limit", True)


@pytest.mark.parametrize(
    ("dialect", "parameter", "largest"), [(SelfService(), "size", 100), (Listings(), "limit", 500)]
)
@pytest.mark.parametrize("over", [1, 1_000_000])
def test_a_size_above_the_largest_is_cut_to_it(dialect: Any, parameter: str, largest: int, over: int) -> None:
    assert window_of({parameter: str(largest + over)}, dialect) == Window(1, largest)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize(
    "text", ["", " ", "0", "-1", "+1", "1.0", "1e3", "x", "٣", "²", "0x1", "1_000", "1,2", "9" * 13, "9" * 5000, "1 2"]
)
def test_what_is_no_positive_whole_number_is_refused_on_its_parameter(dialect: Any, text: str) -> None:
    for parameter in (dialect.page_parameter, dialect.size_parameter):
        with pytest.raises(Invalid) as refused:
            window_of({parameter: text}, dialect)
        assert [complaint.field for complaint in refused.value.complaints] == [parameter]


def test_the_last_page_of_all_is_within_what_the_database_takes() -> None:
    assert window_of({"page": str(LAST_PAGE)}, V1()).start < 2**63
    with pytest.raises(Invalid):
        window_of({"page": str(LAST_PAGE + 1)}, V1())


@pytest.mark.parametrize(("total", "size", "pages"), [(0, 20, 0), (1, 20, 1), (20, 20, 1), (21, 20, 2), (150, 20, 8)])
def test_pages_are_counted_up(total: int, size: int, pages: int) -> None:
    assert Page([], 1, size, total).total_pages == pages


@pytest.mark.parametrize(
    ("number", "there", "asked", "items", "total"),
    [
        (1, 0, ["fetch"], 0, 0), (1, 4, ["fetch"], 4, 4), (1, 5, ["fetch", "count"], 5, 5),
        (1, 12, ["fetch", "count"], 5, 12), (3, 12, ["count", "fetch"], 2, 12), (4, 12, ["count"], 0, 12),
    ],
)  # fmt: skip
def test_only_what_is_not_known_is_asked(number: int, there: int, asked: list[str], items: int, total: int) -> None:
    window, done = Window(number, 5), []

    def fetch() -> list[int]:
        done.append("fetch")
        return list(range(there))[window.start : window.start + window.size]

    def count() -> int:
        done.append("count")
        return there

    page = read_page(window, fetch, count)
    assert (done, len(page.items), page.total) == (asked, items, total)

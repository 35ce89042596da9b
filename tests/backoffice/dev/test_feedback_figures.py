"""S4's figures of feedback on the wire (s4 §5)."""

import pytest

from tests.backoffice.dev.test_feedback import FEEDBACK, GREAT, requested
from tests.backoffice.dev.wire import complaints, data
from tests.cast import World
from tests.crm.feedback.asked import an_answer, react

pytestmark = pytest.mark.django_db


def test_figures_of_nothing_are_null(acme: World) -> None:
    told = data(acme.api.get(f"{FEEDBACK}/analytics"))
    assert told == {
        "scale": "CSAT", "count": 0, "average_rating": None, "distribution": {"1": 0, "2": 0, "3": 0, "4": 0, "5": 0},
        "nps": None, "nps_margin": None, "csat": None, "ces": None, "response_rate": None, "sent": 0, "bounced": 0,
        "answered": 0, "by_category": [], "trend": [],
    }  # fmt: skip


def test_figures_of_answers(acme: World) -> None:
    for rating, category in ((5, "support"), (4, "support"), (2, "")):
        an_answer(acme, rating, category=category)
    requested(acme, body={"channel": "link"})
    told = data(acme.api.get(f"{FEEDBACK}/analytics"))
    assert (told["count"], told["average_rating"], told["csat"], told["nps"]) == (3, 3.67, 66.7, None)
    assert told["distribution"] == {"1": 0, "2": 1, "3": 0, "4": 1, "5": 1}
    assert (told["response_rate"], told["sent"], told["bounced"], told["answered"]) == (0.75, 4, 0, 3)
    assert told["by_category"] == [
        {"category": "support", "count": 2, "average_rating": 4.5},
        {"category": None, "count": 1, "average_rating": 2.0},
    ]  # fmt: skip
    assert told["trend"] == [{"month": "2026-06", "count": 3, "average_rating": 3.67, "nps": None}]
    assert data(acme.api.get(f"{FEEDBACK}/analytics", category="support"))["count"] == 2
    assert data(acme.api.get(f"{FEEDBACK}/analytics", category="support"))["response_rate"] is None
    for days in ({"start_date": "2026-06-11"}, {"end_date": "2026-06-09"}):
        assert data(acme.api.get(f"{FEEDBACK}/analytics", **days))["count"] == 0
    one_day = {"start_date": "2026-06-10", "end_date": "2026-06-10", "scale": "", "colour": "red"}
    assert data(acme.api.get(f"{FEEDBACK}/analytics", **one_day))["count"] == 3


def test_recommendations_have_an_nps(acme: World) -> None:
    for rating in (10, 9, 3):
        an_answer(acme, rating, scale="NPS", comment="The price" if rating < 5 else "")
    told = data(acme.api.get(f"{FEEDBACK}/analytics"))
    assert (told["scale"], told["nps"], told["nps_margin"], list(told["distribution"])) == (
        "NPS", 33.3, 106.7, [str(n) for n in range(11)],
    )  # fmt: skip
    (price,) = acme.api.get(f"{FEEDBACK}/themes").json()["data"]
    assert (price["theme"], price["nps"], price["impact"]) == ("price", -100.0, -66.7)
    assert data(acme.api.get(f"{FEEDBACK}/analytics", scale="CSAT"))["count"] == 0


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"start_date": "yesterday"}, "start_date"), ({"end_date": "2026-02-30"}, "end_date"),
        ({"start_date": "2026-06-02", "end_date": "2026-06-01"}, "end_date"), ({"scale": "stars"}, "scale"),
        ({"category": "x" * 51}, "category"), ({"category": "a\0"}, "category"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("word", ["analytics", "themes", "dashboard"])
def test_a_bad_question_is_named(acme: World, word: str, asked: dict[str, str], field: str) -> None:
    assert set(complaints(acme.api.get(f"{FEEDBACK}/{word}", **asked))) == {field}


@pytest.mark.parametrize(
    "days", [("0001-01-01", "9999-12-31"), ("9999-12-31", "9999-12-31"), ("0001-01-01", "0001-01-01")]
)
def test_the_ends_of_time_are_days_like_others(acme: World, days: tuple[str, str]) -> None:
    answer = acme.api.get(f"{FEEDBACK}/dashboard", start_date=days[0], end_date=days[1])
    assert answer.status_code == 200, answer.content


def test_themes_are_a_list_with_pages(acme: World) -> None:
    for comment in ("The price is terrible", "Prices", "Great staff. Lovely shop."):
        an_answer(acme, 3, comment=comment)
    answer = acme.api.get(f"{FEEDBACK}/themes").json()
    assert answer["pagination"] == {"total": 3, "page": 1, "limit": 10}
    price = answer["data"][0]
    assert price["sentiment"] < 0
    assert price == {
        "theme": "price", "name": "Price", "count": 2, "average_rating": 3.0, "share": 0.6667,
        "sentiment": price["sentiment"], "nps": None, "impact": None, "change": None,
        "samples": ["Prices", "The price is terrible"],
    }  # fmt: skip
    second = acme.api.get(f"{FEEDBACK}/themes", page=2, limit=2).json()
    assert ([one["theme"] for one in second["data"]], second["pagination"]["total"]) == (["service"], 3)


def test_the_dashboard_has_it_all(acme: World, rival: World) -> None:
    an_answer(rival, 1, comment="Rcanary price")
    an_answer(acme, 5, comment="Great staff")
    last = an_answer(acme, 4, comment="Hm")
    requested(acme)
    told = data(acme.api.get(f"{FEEDBACK}/dashboard"))
    assert list(told) == ["analytics", "recent", "pending", "themes", "unexplained"]
    assert told["analytics"] == data(acme.api.get(f"{FEEDBACK}/analytics"))
    assert told["recent"][0]["id"] == str(last.pk)
    assert (len(told["recent"]), told["pending"], told["unexplained"]) == (2, 1, {"count": 1, "share": 0.5})
    assert [one["theme"] for one in told["themes"]] == ["service"]


def test_what_the_worker_has_read_shows_in_the_record(acme: World) -> None:
    acme.api.post(f"{FEEDBACK}/{requested(acme)['id']}", GREAT)
    react(acme, "feedback.answered")
    (row,) = data(acme.api.get(f"{FEEDBACK}/dashboard"))["recent"]
    assert 0.5 < row["sentiment"] <= 1


def test_days_beyond_all_calendars_leave_out_what_they_should(acme: World) -> None:
    an_answer(acme, 5)
    for start, end, count in (("9999-01-01", "", 0), ("", "0001-01-01", 0), ("0001-01-01", "9999-12-31", 1)):
        told = data(acme.api.get(f"{FEEDBACK}/analytics", start_date=start, end_date=end))
        assert told["count"] == count, (start, end)

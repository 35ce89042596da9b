"""S2 `/industries` and `/reward_offers`."""

import pytest
from django.test import Client

from tests.cast import World
from tests.members import BASE, a_member, app

pytestmark = pytest.mark.django_db


def test_industries_are_the_sections_of_isic_before_and_after_signing_in(acme: World) -> None:
    for api in (app(acme), a_member(acme).api):
        answer = api.get(f"{BASE}/industries", size=100)
        assert answer.status_code == 200
        body = answer.json()
        assert body["paging"] == {"page": 1, "size": 100, "total": 21}
        assert [row["id"] for row in body["content"]] == list("ABCDEFGHIJKLMNOPQRSTU")
        assert body["content"][0] == {"id": "A", "name": "Agriculture, forestry and fishing"}


def test_industries_come_in_pages(acme: World) -> None:
    body = app(acme).get(f"{BASE}/industries", page=3).json()
    assert [row["id"] for row in body["content"]] == ["U"]
    assert body["paging"] == {"page": 3, "size": 10, "total": 21}
    wrong = app(acme).get(f"{BASE}/industries", page=0)
    assert (wrong.status_code, wrong.json()["parameters"]) == (400, ["page"])


def test_an_industry_stands_in_ones_profile(acme: World) -> None:
    ann = a_member(acme)
    for industry in ("F", "A branch of our own"):
        ann.api.put(ann.path, {"company_profile": {"industry_id": industry}})
        assert ann.api.get(ann.path).json()["company_profile"]["industry_id"] == industry


def test_there_are_no_reward_offers_yet(acme: World) -> None:
    answer = a_member(acme).api.get(f"{BASE}/reward_offers", size=5, page=2)
    assert (answer.status_code, answer.json()) == (
        200, {"content": [], "paging": {"page": 2, "size": 5, "total": 0}},
    )  # fmt: skip


def test_only_an_app_of_the_business_reads_them(acme: World) -> None:
    for path in ("industries", "reward_offers"):
        assert Client().get(f"{BASE}/{path}").status_code == 401
        assert acme.api.get(f"{BASE}/{path}").status_code == 403
    assert app(acme).get(f"{BASE}/reward_offers").status_code == 401

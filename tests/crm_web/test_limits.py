"""Whose hour a request is counted in, and what every answer tells of it (s0 §4)."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client, RequestFactory

from crm.organisations.models import ApiKey, Organisation
from crm.web.limits import usage_of_key, used_in_a_day
from tests.cast import World
from tests.members import a_member, authenticate, member_from, with_header

HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def told(answer: Any) -> list[int]:
    return [int(answer.headers[name]) for name in HEADERS]


@pytest.fixture(autouse=True)
def three_an_hour(acme: World) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(requests_per_hour=3)


def test_every_answer_whose_caller_is_known_tells_limit_rest_and_end(acme: World) -> None:
    limit, remaining, reset = told(acme.api.get("/v1/customers"))
    assert (limit, remaining) == (3, 2)
    assert 0 < reset - time.time() <= 3600
    refused = [
        acme.api.get("/v1/customers/unknown"),
        acme.api.get("/v1/customers?page=0"),
        acme.api.get("/v1/customers"),
    ]
    assert [answer.status_code for answer in refused] == [404, 400, 429]
    assert [told(answer)[1] for answer in refused] == [1, 0, 0]


def test_an_answer_to_somebody_unknown_tells_nothing_and_counts_nothing(acme: World) -> None:
    for client in (Client(), with_header("Authorization", "Bearer nonsense")):
        answer = client.get("/v1/customers")
        assert answer.status_code == 401
        assert not set(HEADERS) & set(answer.headers)
    assert told(acme.api.get("/v1/customers"))[1] == 2


def test_the_plan_decides_unless_something_was_agreed(acme: World) -> None:
    for plan, agreed, limit in (("standard", None, 1_000), ("premium", None, 10_000), ("premium", 7, 7)):
        Organisation.objects.filter(pk=acme.organisation.pk).update(plan=plan, requests_per_hour=agreed)
        assert told(acme.api.get("/v1/customers"))[0] == limit


def test_each_key_has_an_hour_of_its_own(acme: World) -> None:
    other = acme.key_with("read")
    for _ in range(4):
        acme.api.get("/v1/customers")
    assert acme.api.get("/v1/customers").status_code == 429
    assert other.get("/v1/customers").status_code == 200


def test_an_hour_counts_for_all_apis_together(acme: World) -> None:
    paths = ["/v1/customers", f"/crm/{acme.listing.pk}?email=a@example.com", "/dev/crm/customers", "/auth/api/members"]
    answers = [acme.api.get(path) for path in paths]
    assert [answer.status_code for answer in answers] == [200, 404, 200, 429]
    assert answers[-1].json()["statusCode"] == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_a_publishable_key_is_counted_for_each_address(acme: World) -> None:
    found = [authenticate(acme, "nobody@example.com", address=f"192.0.2.{n}").status_code for n in (1, 1, 1, 1, 2)]
    assert found == [401, 401, 401, 429, 401]


def test_a_person_is_counted_over_all_their_sessions(acme: World) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(requests_per_hour=None)
    phone = a_member(acme)
    tablet = member_from(acme, authenticate(acme, "ann@example.com"))
    Organisation.objects.filter(pk=acme.organisation.pk).update(requests_per_hour=3)
    found = [member.api.get(phone.path).status_code for member in (phone, tablet, phone, tablet)]
    assert found == [200, 200, 200, 429]
    assert phone.api.get(phone.path).json()["error"] == "CRM.EXCEPTIONS.TOOMANYREQUESTSEXCEPTION"


def test_refused_for_too_many_comes_before_not_permitted(acme: World) -> None:
    app = with_header("Authorization", f"Bearer {acme.publishable_key}")
    assert [app.get("/v1/customers").status_code for _ in range(4)] == [403, 403, 403, 429]


def test_what_a_key_has_used_is_told_without_counting(acme: World) -> None:
    key = ApiKey.objects.get(name="everything", organisation=acme.organisation, mode="live")
    for _ in range(2):
        acme.api.get("/v1/customers")
    for _ in range(2):
        assert usage_of_key(RequestFactory().get("/"), key.pk, 3).used == 2
        assert used_in_a_day(key.pk, 3) == 2


def test_an_hour_that_is_over_is_still_counted_for_the_day(acme: World) -> None:
    key = ApiKey.objects.get(name="everything", organisation=acme.organisation, mode="live")
    now = datetime.now(UTC)
    for hours in (30, 23, 2, 0):
        with time_machine.travel(now - timedelta(hours=hours), tick=False):
            acme.api.get("/v1/customers")
    assert used_in_a_day(key.pk, 3) == 3

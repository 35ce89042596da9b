"""In which order S0 refuses, and the headers of every answer (where-they-meet.md, "Limits, headers, verbs")."""

from typing import Any
from uuid import UUID

import pytest

from tests.backoffice.v1.wire import JOHN, UNKNOWN_ID, error
from tests.builders import a_customer
from tests.cast import Api, World

PATH = "/v1/customers"
TOO_LARGE = " " * (2 * 1024 * 1024 + 1)
BROKEN = '{"name": '
WRONG = {"shoe": 44}


def _send(key: str | None, verb: str, path: str, body: Any, content_type: str = "application/json") -> Any:
    return Api(key).send(verb, path, body, content_type=content_type)


def test_each_refusal_comes_before_all_that_follow(acme: World) -> None:
    """A request with every fault at once is told them one after the other, as they are mended."""
    narrow = acme.key_with("read")
    known, unknown = f"{PATH}/{a_customer(acme)}", f"{PATH}/{UNKNOWN_ID}"
    assert error(_send(None, "put", f"{PATH}/a/b", TOO_LARGE), 404)["code"] == "NOT_FOUND"
    assert error(_send(None, "put", unknown, TOO_LARGE), 405)["code"] == "METHOD_NOT_ALLOWED"
    assert error(_send(None, "patch", unknown, TOO_LARGE), 401)["code"] == "UNAUTHORIZED"
    assert error(narrow.patch(unknown, TOO_LARGE), 403)["code"] == "FORBIDDEN"
    key = acme.secret_key
    assert error(_send(key, "patch", unknown, TOO_LARGE, "text/plain"), 413)["code"] == "PAYLOAD_TOO_LARGE"
    assert error(_send(key, "patch", unknown, BROKEN, "text/plain"), 400)["code"] == "INVALID_REQUEST"
    assert error(_send(key, "patch", unknown, BROKEN), 400)["code"] == "INVALID_REQUEST"
    assert error(_send(key, "patch", unknown, WRONG), 404)["code"] == "NOT_FOUND"
    assert error(_send(key, "patch", known, WRONG), 400)["code"] == "INVALID_REQUEST"
    assert _send(key, "patch", known, {"name": "Changed"}).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/v1", "/v1/", "/v1/customer", "/v1/customers/", "/v1/customers//", "/v1/customers/a/b", "/v1/Customers",
     "/api/v1", "/api/v1/", "/api/v1/shoes", "/v1/%ff"],
)  # fmt: skip
def test_a_wrong_address_is_told_in_this_apis_shape_with_or_without_a_key(acme: World, path: str) -> None:
    for api in (Api(None), acme.api):
        for answer in (api.get(path), api.post(path, JOHN), api.patch(path, JOHN), api.delete(path)):
            assert error(answer, 404)["code"] == "NOT_FOUND"
            assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("verb", "record", "allowed"),
    [("PUT", False, {"GET", "HEAD", "POST"}), ("PATCH", False, {"GET", "HEAD", "POST"}),
     ("DELETE", False, {"GET", "HEAD", "POST"}), ("OPTIONS", False, {"GET", "HEAD", "POST"}),
     ("POST", True, {"GET", "HEAD", "PATCH", "DELETE"}), ("PUT", True, {"GET", "HEAD", "PATCH", "DELETE"}),
     ("TRACE", True, {"GET", "HEAD", "PATCH", "DELETE"}), ("FROB", True, {"GET", "HEAD", "PATCH", "DELETE"})],
)  # fmt: skip
def test_a_wrong_verb_is_405_with_the_right_ones(api: Api, verb: str, record: bool, allowed: set[str]) -> None:
    answer = api.client.generic(verb, f"{PATH}/{UNKNOWN_ID}" if record else PATH)
    assert error(answer, 405)["code"] == "METHOD_NOT_ALLOWED"
    assert {name.strip() for name in answer["Allow"].split(",")} == allowed


def test_a_request_for_another_host_is_refused_in_this_apis_shape(api: Api) -> None:
    answer = api.client.get(PATH, headers={"Host": "elsewhere.example"})
    assert error(answer, 400) == {"code": "INVALID_REQUEST", "message": "The request is invalid"}


def _one_of_each(acme: World, **headers: str) -> dict[int, Any]:
    """An answer of every status that this API gives without a fault of its own, by status."""
    known: UUID = a_customer(acme)

    def call(key: str | None, verb: str, path: str, body: Any = "") -> Any:
        return Api(key).send(verb, path, body, headers=headers)

    key = acme.secret_key
    answers = [
        call(key, "get", PATH), call(key, "post", PATH, JOHN), call(key, "post", PATH, BROKEN), call(None, "get", PATH),
        call(acme.publishable_key, "get", PATH), call(key, "get", f"{PATH}/{UNKNOWN_ID}"), call(key, "put", PATH),
        call(key, "patch", f"{PATH}/{known}", TOO_LARGE),
        Api(key).client.get(PATH, headers={**headers, "Accept": "text/html"}),
    ]  # fmt: skip
    return {answer.status_code: answer for answer in answers}


STATUSES = {200, 201, 400, 401, 403, 404, 405, 406, 413}


def test_no_answer_may_be_kept_by_a_cache(acme: World) -> None:
    answers = _one_of_each(acme)
    assert set(answers) == STATUSES
    assert {answer["Cache-Control"] for answer in answers.values()} == {"no-store"}
    assert {answer["Content-Type"] for answer in answers.values()} == {"application/json"}
    assert Api(None).get("/v1/nowhere")["Cache-Control"] == "no-store"


def test_every_answer_has_a_request_id_of_its_own(acme: World) -> None:
    answers = _one_of_each(acme)
    ids = [UUID(answer["X-Request-Id"]) for answer in answers.values()]
    assert len(set(ids)) == len(STATUSES)


@pytest.mark.parametrize("given", ["shop-42.req_7", "0192f0c5-7a3b-7c1e-9b1a-2f4e5d6c7b8a", "a" * 8, "Z" * 64])
def test_a_sane_request_id_is_echoed_on_every_answer(acme: World, given: str) -> None:
    answers = _one_of_each(acme, **{"X-Request-Id": given})
    assert set(answers) == STATUSES
    assert {answer["X-Request-Id"] for answer in answers.values()} == {given}


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "has a blank", "with;semicolon", "späť-späť", "<script>alert"]
)
def test_any_other_request_id_is_replaced(api: Api, given: str) -> None:
    answer = api.client.get(PATH, headers={"X-Request-Id": given})
    assert UUID(answer["X-Request-Id"])

"""What S0 takes for a body (s0 §1; where-they-meet.md, "Limits, headers, verbs everywhere")."""

import json
from typing import Any

import pytest

from tests.backoffice.v1.wire import JOHN, complaints, data, error
from tests.builders import a_customer
from tests.cast import Api, World
from tests.dialects.traces import written

PATH = "/v1/customers"
LIMIT = 2 * 1024 * 1024
WHOLE = json.dumps(JOHN)


def _with(field: str, value: str) -> str:
    """John's body with one field in raw JSON."""
    return f'{{"name": "John Doe", "email": "john@example.com", "{field}": {value}}}'


NOT_JSON = {
    "cut off": WHOLE[:-1],
    "two values": WHOLE + WHOLE,
    "no quotes": "{name: 'John'}",
    "a trailing comma": '{"name": "John",}',
    "NaN": _with("points", "NaN"),
    "Infinity": _with("points", "-Infinity"),
    "deep objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "deep lists": "[" * 100_000 + "]" * 100_000,
    "an integer of 5,000 digits": _with("phone", "9" * 5000),
    "an exponent out of reach": _with("phone", "1e99999999999999999999"),
    "latin-1": b'{"name": "Jos\xe9", "email": "jose@example.com"}',
    "UTF-16": WHOLE.encode("utf-16"),
    "a NUL byte": b'{"name": "John\x00"}',
    "blanks only": "   ",
    "a form": "name=John&email=john%40example.com",
}


@pytest.mark.parametrize("kind", NOT_JSON)
def test_what_is_no_json_is_refused(api: Api, acme: World, kind: str) -> None:
    before = written(acme)
    assert set(complaints(api.post(PATH, NOT_JSON[kind]))) == {"body"}
    assert written(acme) == before


@pytest.mark.parametrize("body", ["[]", "[1]", f"[{WHOLE}]", '"John"', "5", "true", "null"])
@pytest.mark.parametrize("verb", ["post", "patch"])
def test_what_is_no_object_is_refused(api: Api, acme: World, verb: str, body: str) -> None:
    path = PATH if verb == "post" else f"{PATH}/{a_customer(acme)}"
    before = written(acme)
    assert set(complaints(api.send(verb, path, body))) == {"body"}
    assert written(acme) == before


@pytest.mark.parametrize(
    ("field", "raw"),
    [("name", r'"\ud800"'), ("name", r'"John \udc00 Doe"'), ("name", r'"John\u0000Doe"'), ("email", r'"a\ud800@b.co"'),
     ("email", r'"a\u0000@b.co"'), ("phone", r'"\u00001234567890"'), ("tier", r'"gold\u0000"'), ("tier", r'"\ud800"'),
     ("status", r'"active\u0000"'), ("status", r'"\ud800"'), ("gender", r'"\ud800"'), ("date_of_birth", r'"\ud800"'),
     ("name", "9" * 4000), ("phone", "9" * 4000), ("phone", "1.5"), ("name", "1.5"), ("date_of_birth", "1e400")],
)  # fmt: skip
def test_text_that_cannot_be_kept_is_refused_on_its_field(api: Api, acme: World, field: str, raw: str) -> None:
    before = written(acme)
    assert set(complaints(api.post(PATH, _with(field, raw)))) == {field}
    assert written(acme) == before


@pytest.mark.parametrize("name", [r"\ud800", r"shoe\u0000", "shoe\\nsize", "ключ", "x" * 1000])
def test_a_field_with_a_strange_name_is_refused_like_any_unknown_one(api: Api, acme: World, name: str) -> None:
    before = written(acme)
    assert len(complaints(api.post(PATH, _with(name, "1")))) == 1
    assert written(acme) == before


def test_no_body_is_an_empty_object(api: Api, acme: World) -> None:
    contact_id = a_customer(acme, name="Ann")
    assert set(complaints(api.post(PATH))) == {"name"}
    assert data(api.patch(f"{PATH}/{contact_id}"))["name"] == "Ann"


def test_a_byte_order_mark_is_no_part_of_the_body(api: Api) -> None:
    assert data(api.post(PATH, b"\xef\xbb\xbf" + WHOLE.encode()), 201)["name"] == "John Doe"


def test_of_two_values_under_one_name_the_last_counts(api: Api) -> None:
    assert data(api.post(PATH, '{"name": "A", "email": "a@b.co", "name": "B"}'), 201)["name"] == "B"


def test_a_number_may_stand_for_a_text_of_digits(api: Api) -> None:
    record = data(api.post(PATH, {"name": 1984, "phone": 35799123834}), 201)
    assert (record["name"], record["phone"]) == ("1984", "35799123834")


def test_a_body_of_two_megabytes_is_read_and_one_byte_more_is_not(api: Api, acme: World) -> None:
    before = written(acme)
    assert error(api.post(PATH, WHOLE.ljust(LIMIT + 1)), 413)["code"] == "PAYLOAD_TOO_LARGE"
    assert written(acme) == before
    assert api.post(PATH, WHOLE.ljust(LIMIT)).status_code == 201


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_may_be_spelt_with_parameters_and_in_any_case(api: Api, content_type: str) -> None:
    assert api.client.generic("POST", PATH, WHOLE, content_type=content_type).status_code == 201


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/xml",
     "text/json", "application/merge-patch+json", "nonsense", ""],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["POST", "PATCH"])
def test_another_type_of_body_is_refused_with_400(api: Api, acme: World, verb: str, content_type: str) -> None:
    path = PATH if verb == "POST" else f"{PATH}/{a_customer(acme)}"
    before = written(acme)
    answer = api.client.generic(verb, path, WHOLE, content_type=content_type)
    assert error(answer, 400)["code"] == "INVALID_REQUEST"
    assert written(acme) == before


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/*", "text/html, application/json;q=0.9"])
def test_whoever_takes_json_is_answered(api: Api, accept: str) -> None:
    assert api.client.get(PATH, headers={"Accept": accept}).status_code == 200


def test_media_types_are_compared_in_any_case(api: Api) -> None:
    assert api.client.get(PATH, headers={"Accept": "Application/JSON"}).status_code == 200


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "text/csv", "image/*"])
def test_whoever_does_not_take_json_is_told_so_in_json(api: Api, acme: World, accept: str) -> None:
    before = written(acme)
    answer: Any = api.client.post(PATH, WHOLE, content_type="application/json", headers={"Accept": accept})
    assert error(answer, 406)["code"] == "INVALID_REQUEST"
    assert answer["Content-Type"] == "application/json"
    assert written(acme) == before

"""S0 `GET /customers/me`: the customer of a member's token (s0 §6; where-they-meet.md, "Who speaks")."""

import pytest

from tests.backoffice.services.wire import Visitor, a_signed_in_member, signed_in_staff
from tests.backoffice.v1.wire import DETAIL, complaints, data, error
from tests.cast import Api, Cast, World
from tests.members import a_member

ME = "/v1/customers/me"


@pytest.fixture
def ann(acme: World) -> Visitor:
    return a_signed_in_member(acme, name="Ann Lee")


@pytest.mark.parametrize("path", [ME, "/api/v1/customers/me"])
@pytest.mark.parametrize("include", ["", "points,tier,rewards,campaigns"])
def test_a_member_reads_what_a_key_reads_of_them(acme: World, ann: Visitor, path: str, include: str) -> None:
    record = data(ann.api.get(path, include=include))
    assert record == data(acme.api.get(f"/v1/customers/{ann.id}", include=include))
    assert set(record) >= DETAIL


def test_the_header_of_keys_takes_a_token_too(ann: Visitor) -> None:
    assert data(Api(ann.token, header="X-API-Key").get(ME))["name"] == "Ann Lee"


def test_who_registered_in_the_app_is_a_customer_here(acme: World) -> None:
    member = a_member(acme, "registered@example.com")
    assert data(member.api.get(ME))["id"] == f"cus_{member.id}"


def test_an_unknown_include_is_refused(ann: Visitor) -> None:
    assert set(complaints(ann.api.get(ME, include="shoes"))) == {"include"}


def test_nobody_else_is_me(acme: World) -> None:
    for api in (acme.api, signed_in_staff(acme, "owner").api, acme.key_with("read")):
        assert error(api.get(ME), 403)["code"] == "FORBIDDEN"
    for api in (Api(acme.publishable_key), Api(None), Api("a.b.c")):
        assert error(api.get(ME), 401)["code"] == "UNAUTHORIZED"


@pytest.mark.parametrize("verb", ["patch", "delete", "put", "post"])
def test_me_is_a_word_and_no_id(acme: World, verb: str) -> None:
    assert error(acme.api.send(verb, ME, {"name": "Changed"}), 405)


def test_a_member_reads_nobody_else(cast: Cast) -> None:
    ann = a_signed_in_member(cast.acme)
    for other in (ann, a_signed_in_member(cast.acme), a_signed_in_member(cast.rival)):
        assert error(ann.api.get(f"/v1/customers/cus_{other.id}"), 403)
    assert error(ann.api.get("/v1/customers"), 403)


def test_staff_work_here_within_their_role(acme: World, ann: Visitor) -> None:
    body = {"name": "Changed"}
    for role, status in (("agent", 200), ("analyst", 403)):
        api = signed_in_staff(acme, role).api
        assert api.get(f"/v1/customers/{ann.id}").status_code == 200
        assert api.patch(f"/v1/customers/{ann.id}", body).status_code == status

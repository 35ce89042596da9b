"""Every answer has the form that the OpenAPI document of its API gives it."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.campaigns.models import ListingEntry
from crm.kernel.actors import job_actor
from crm.kernel.entrances import scope_for
from crm.kernel.ids import new_id
from crm.kernel.tenancy import Mode, Tenant
from crm.organisations.services import issue_key
from tests.backoffice.services.wire import a_signed_in_member, login, refresh, staff_api
from tests.builders import a_customer, an_entry
from tests.cast import Api, World
from tests.crm.messaging.letters import a_message, a_template
from tests.crm.messaging.notices import a_standing_notice
from tests.crm_web.documented import faults, operations
from tests.dialects.ways import NOBODY

JOHN = {"name": "John Doe", "email": "john@example.com", "phone": "+1234567890", "tier": "gold"}
WHOLE = {**JOHN, "date_of_birth": "1990-05-17", "gender": "male", "status": "inactive"}
CUSTOMERS, CUSTOMER, LISTING = "/v1/customers", "/v1/customers/{customer_id}", "/crm/{listing_id}"
AUTH, NOTIFICATION = "/auth/api", "/notification/api"
IN_APPS = f"{NOTIFICATION}/in-apps"
INCLUDE = "include=points,tier,rewards,campaigns"


def _known(world: World) -> str:
    return f"{CUSTOMERS}/cus_{a_customer(world, phone='+35799123834')}"


def _entry(world: World) -> dict[str, int]:
    return {"id": an_entry(world, first_name="John", email="johndoe@example.com")}


def _in_test_mode(world: World) -> Api:
    with scope_for(Tenant(world.organisation.pk, Mode.TEST), job_actor("tests")):
        return Api(issue_key(name=new_id().hex).text)


def _informed(world: World) -> Api:
    """A member who has been told something in their app."""
    member = a_signed_in_member(world, email=f"{new_id().hex}@example.com")
    a_standing_notice(world, member.id)
    return member.api


def _first_notice(api: Api) -> str:
    return f"{IN_APPS}/{api.get(f'{IN_APPS}/me').json()['data']['data'][0]['id']}"


def _listing(world: World) -> str:
    return f"/crm/{world.listing.pk}"


# The representative calls of each operation; every one is checked against the document.
CALLS: dict[str, list[Callable[[World], Any]]] = {
    f"GET {CUSTOMERS}": [
        lambda world: world.api.get(CUSTOMERS),
        lambda world: (_known(world), world.api.get(CUSTOMERS))[1],
        lambda world: world.api.get(CUSTOMERS, limit=0),
        lambda world: world.api.get(CUSTOMERS, **{"filter[tier]": "gould"}),
        lambda _: Api(None).get(CUSTOMERS),
        lambda world: Api(world.publishable_key).get(CUSTOMERS),
        lambda world: world.api.client.get(CUSTOMERS, headers={"Accept": "text/csv"}),
    ],
    f"POST {CUSTOMERS}": [
        lambda world: world.api.post(CUSTOMERS, {"name": "Ann", "email": "ann@example.com"}),
        lambda world: world.api.post(CUSTOMERS, WHOLE),
        lambda world: world.api.post(f"{CUSTOMERS}?{INCLUDE}", {**WHOLE, "email": "jane@example.com"}),
        lambda world: world.api.post(CUSTOMERS, {}),
        lambda world: world.api.post(CUSTOMERS, JOHN),
        lambda world: world.api.post(CUSTOMERS, "{"),
        lambda world: world.api.post(CUSTOMERS, " " * (2 * 1024 * 1024 + 1)),
    ],
    f"GET {CUSTOMER}": [
        lambda world: world.api.get(_known(world)),
        lambda world: world.api.get(f"{_known(world)}?{INCLUDE}"),
        lambda world: world.api.get(f"{_known(world)}?include=shoes"),
        lambda world: world.api.get(f"{CUSTOMERS}/{NOBODY}"),
    ],
    f"GET {CUSTOMERS}/me": [
        lambda world: a_signed_in_member(world).api.get(f"{CUSTOMERS}/me"),
        lambda world: a_signed_in_member(world).api.get(f"{CUSTOMERS}/me?{INCLUDE}"),
        lambda world: world.api.get(f"{CUSTOMERS}/me"),
    ],
    f"PATCH {CUSTOMER}": [
        lambda world: world.api.patch(_known(world), WHOLE),
        lambda world: world.api.patch(f"{_known(world)}?include=tier", {"email": None}),
        lambda world: world.api.patch(_known(world), {"tier": "gould"}),
        lambda world: world.api.patch(f"{CUSTOMERS}/{NOBODY}", WHOLE),
    ],
    f"DELETE {CUSTOMER}": [
        lambda world: world.api.delete(_known(world)),
        lambda world: world.api.delete(f"{CUSTOMERS}/{NOBODY}"),
    ],
    f"POST {AUTH}/login": [
        lambda world: login(world),
        lambda world: login(world, mode="test", organisation="acme"),
        lambda world: login(world, password="wrong"),
        lambda world: login(world, shoe=44),
    ],
    f"POST {AUTH}/logout": [
        lambda world: staff_api(world).post(f"{AUTH}/logout"),
        lambda world: world.api.post(f"{AUTH}/logout"),
    ],
    f"POST {AUTH}/get-new-access-token": [
        lambda world: refresh(login(world).json()["data"]["refreshToken"]),
        lambda _: refresh("nonsense"),
    ],
    f"GET {AUTH}/check-access-token-session": [
        lambda world: staff_api(world).get(f"{AUTH}/check-access-token-session"),
        lambda _: Api(None).get(f"{AUTH}/check-access-token-session"),
    ],
    f"GET {AUTH}/members": [
        lambda world: (a_customer(world, gender="male"), world.api.get(f"{AUTH}/members"))[1],
        lambda world: world.api.get(f"{AUTH}/members", tierId="gold"),
    ],
    f"GET {AUTH}/members/{{member_id}}": [
        lambda world: world.api.get(f"{AUTH}/members/{a_customer(world)}"),
        lambda world: world.api.get(f"{AUTH}/members/{NOBODY}"),
    ],
    f"PATCH {AUTH}/members/{{member_id}}": [
        lambda world: world.api.patch(f"{AUTH}/members/{a_customer(world)}", {"dateOfBirth": "1990-05-17"}),
        lambda world: world.api.patch(f"{AUTH}/members/{a_customer(world)}", {"shoe": 44}),
    ],
    f"DELETE {AUTH}/members/{{member_id}}": [
        lambda world: world.api.delete(f"{AUTH}/members/{a_customer(world)}"),
        lambda world: world.api.delete(f"{AUTH}/members/{NOBODY}"),
    ],
    f"GET {AUTH}/members/me": [
        lambda world: a_signed_in_member(world).api.get(f"{AUTH}/members/me"),
        lambda world: world.api.get(f"{AUTH}/members/me"),
    ],
    f"PATCH {AUTH}/members/me": [
        lambda world: a_signed_in_member(world).api.patch(f"{AUTH}/members/me", {"gender": "other"}),
        lambda world: a_signed_in_member(world).api.patch(f"{AUTH}/members/me", {"email": "new@example.com"}),
    ],
    f"GET {NOTIFICATION}/communications": [
        lambda world: (a_template(world), a_message(world), world.api.get(f"{NOTIFICATION}/communications"))[2],
        lambda world: world.api.get(f"{NOTIFICATION}/communications", since="yesterday"),
        lambda _: Api(None).get(f"{NOTIFICATION}/communications"),
    ],
    f"GET {IN_APPS}/me": [
        lambda world: _informed(world).get(f"{IN_APPS}/me"),
        lambda world: _informed(world).get(f"{IN_APPS}/me", type="letter"),
    ],
    f"GET {IN_APPS}/me/unread-count": [
        lambda world: _informed(world).get(f"{IN_APPS}/me/unread-count"),
        lambda world: world.api.get(f"{IN_APPS}/me/unread-count"),
    ],
    f"GET {IN_APPS}/stream": [
        lambda world: _informed(world).get(f"{IN_APPS}/stream"),
        lambda world: _informed(world).get(f"{IN_APPS}/stream", lastEventId="x"),
    ],
    f"PATCH {IN_APPS}/read-all": [
        lambda world: _informed(world).patch(f"{IN_APPS}/read-all"),
        lambda world: world.api.patch(f"{IN_APPS}/read-all"),
    ],
    f"PATCH {IN_APPS}/{{notification_id}}/read": [
        lambda world: (api := _informed(world)).patch(f"{_first_notice(api)}/read", {"isRead": False}),
        lambda world: (api := _informed(world)).patch(f"{_first_notice(api)}/read", {"isRead": "maybe"}),
        lambda world: _informed(world).patch(f"{IN_APPS}/{NOBODY}/read"),
    ],
    f"DELETE {IN_APPS}/{{notification_id}}": [
        lambda world: (api := _informed(world)).delete(_first_notice(api)),
        lambda world: _informed(world).delete(f"{IN_APPS}/{NOBODY}"),
    ],
    f"GET {NOTIFICATION}/test-clock": [
        lambda world: _in_test_mode(world).get(f"{NOTIFICATION}/test-clock"),
        lambda _: Api(None).get(f"{NOTIFICATION}/test-clock"),
    ],
    f"POST {NOTIFICATION}/test-clock": [
        lambda world: _in_test_mode(world).post(f"{NOTIFICATION}/test-clock", {"now": "2099-01-01T00:00:00Z"}),
        lambda world: _in_test_mode(world).post(f"{NOTIFICATION}/test-clock", {"now": "soon"}),
    ],
    f"GET {LISTING}": [
        lambda world: world.api.get(_listing(world), **_entry(world)),
        lambda world: world.api.get(_listing(world)),
        lambda world: world.api.get(_listing(world), id=999_999_999),
        lambda world: Api(None).get(_listing(world), id=1),
    ],
    f"POST {LISTING}": [
        lambda world: world.api.form("post", _listing(world), phone="15551234567"),
        lambda world: world.api.form("post", _listing(world)),
        lambda world: world.api.form("post", "/crm/999999999", email="a@example.com"),
        lambda world: world.api.post(_listing(world), " " * (2 * 1024 * 1024 + 1)),
    ],
    f"PUT {LISTING}": [
        lambda world: world.api.form("put", _listing(world), **_entry(world), last_name="Doe"),
        lambda world: world.api.form("put", _listing(world), email="new@example.com"),
        lambda world: world.api.form("put", _listing(world)),
        lambda world: world.api.form("put", _listing(world), id=999_999_999),
    ],
    f"DELETE {LISTING}": [
        lambda world: world.api.form("delete", _listing(world), **_entry(world)),
        lambda world: world.api.form("delete", _listing(world), id=999_999_999),
    ],
}  # fmt: skip
DOCUMENTS = {"v1": [CUSTOMERS], "services": [AUTH, NOTIFICATION], "listings": [LISTING]}


def _document_of(operation: str) -> str:
    path = operation.partition(" ")[2]
    return next(name for name, starts in DOCUMENTS.items() if path.startswith(tuple(starts)))


@pytest.mark.parametrize("operation", sorted(CALLS))
def test_answers_have_the_documented_form(acme: World, operation: str) -> None:
    answers = [call(acme) for call in CALLS[operation]]
    assert [fault for answer in answers for fault in faults(_document_of(operation), operation, answer)] == []
    answered = {str(answer.status_code) for answer in answers}
    documented = set(operations(_document_of(operation))[operation]["responses"])
    assert {status for status in documented if status < "300"} <= answered
    assert any(status >= "400" for status in answered)


def test_an_entry_without_a_callers_address_is_documented(acme: World) -> None:
    number = an_entry(acme, email="a@example.com")
    with acme.scope():
        ListingEntry.objects.filter(pk=number).update(ip_address=None)
    answer = acme.api.get(f"/crm/{acme.listing.pk}", id=number)
    assert not [fault for fault in faults("listings", f"GET {LISTING}", answer) if "contact_ip_address" in fault]


def test_every_operation_is_called_in_success_and_in_failure() -> None:
    assert set(CALLS) == {operation for name in DOCUMENTS for operation in operations(name)}


def test_a_wrong_answer_would_be_noticed(acme: World) -> None:
    """The check itself: more, fewer and other fields, a wrong type, an undocumented status."""
    answer = acme.api.get(f"{_known(acme)}?{INCLUDE}")
    operation, body = f"GET {CUSTOMER}", answer.json()
    assert faults("v1", operation, answer) == []
    record = body["data"]
    for wrong in (
        {}, {"data": record, "more": 1}, {"data": {**record, "shoe": 44}}, {"data": {**record, "name": None}},
        {"data": {key: value for key, value in record.items() if key != "email"}}, {"data": {**record, "tier": 3}},
        {"data": {**record, "created_at": "yesterday"}}, {"data": {**record, "status": "blocked"}},
    ):  # fmt: skip
        answer.json = lambda wrong=wrong: wrong
        assert faults("v1", operation, answer), wrong
    answer.status_code = 204
    assert faults("v1", operation, answer)

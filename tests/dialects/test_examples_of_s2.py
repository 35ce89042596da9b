"""The requests that S2's document prints, sent as printed in test mode: the base, ids, keys, tokens and codes replaced.

`POST /upload/files` prints a JSON body with "file object" in the place of the file; it is sent as the form that it
stands for, and as printed it is refused with the field's name.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from crm.contacts.services import add_identity, define_identity_provider, define_pass_code, keep_document
from crm.messaging.recipients import Recipient
from crm.orders.selectors import invoice_of
from tests.builders import a_customer, an_order
from tests.cast import World
from tests.crm.approvals.asked import a_policy, again, letters, request_about, tokens_in
from tests.crm.files.brought import PDF
from tests.crm.messaging.letters import a_message, a_template
from tests.dialects.http_file import read
from tests.dialects.test_examples import FOLDER
from tests.members import BASE, Member, a_member, app, registration
from tests.selfservice.v1.issuer import Issuer, issuer_at_work
from tests.selfservice.v1.sending import read as read_whole
from tests.selfservice.v1.sending import uploaded
from tests.signing_in import code_sent, link_sent

pytestmark = pytest.mark.django_db
S2 = {request.title: request for request in read(FOLDER / "s2.http")}
ACTIONS = "/approval_requests/{id}/actions"


def send(title: str, credential: str = "", ids: dict[str, object] | None = None, **replaced: object) -> Any:
    """The request as printed, with `credential` for the printed key or token, our `ids` for printed ones in its
    address, and values of its body `replaced` by their names, wherever they stand in it.
    """
    request = S2[title]
    path = BASE + request.path
    for printed, ours in (ids or {}).items():
        assert printed in path, f"{title} does not print {printed}"
        path = path.replace(printed, str(ours))
    headers = {name: credential if name != "Content-Type" else value for name, value in request.headers}
    content_type = headers.pop("Content-Type", "")
    body = json.dumps(_with(json.loads(request.body), dict(replaced))) if replaced else request.body
    return Client(raise_request_exception=False).generic(
        request.verb, path, body, content_type=content_type, headers=headers
    )


def _with(printed: Any, replaced: dict[str, object]) -> Any:
    if isinstance(printed, list):
        return [_with(item, replaced) for item in printed]
    if not isinstance(printed, dict):
        return printed
    assert replaced.keys() <= _names_in(printed), replaced
    return {name: _value(name, value, replaced) for name, value in printed.items()}


def _value(name: str, value: Any, replaced: dict[str, object]) -> Any:
    if name in replaced:
        return str(replaced[name])
    inner = {key: ours for key, ours in replaced.items() if key in _names_in(value)}
    return _with(value, inner) if inner else value


def _names_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_names_in, value))
    return set(value) | set().union(*map(_names_in, value.values())) if isinstance(value, dict) else set()


def done(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else b""


def printed_id(title: str, number: int = 0) -> str:
    return re.findall(r"[0-9A-F]{32}|[0-9a-f]{8}-[0-9a-f-]{27}|[A-Z]{6}[0-9A-Z]{14,}", S2[title].path)[number]


@pytest.fixture
def john(rehearsal: World) -> Member:
    """Somebody who is signed in, as the document's John."""
    return a_member(rehearsal, "johndoe@crm.com", password="password1234")


def test_the_document_prints_29_requests() -> None:
    """And each of them is sent below."""
    assert len(S2) == 29
    told = Path(__file__).read_text().partition("def own(")[2]
    assert [title for title in S2 if title not in told] == [f"POST {ACTIONS} ({number})" for number in (2, 3)]
    assert "ACTIONS} ({number})" in told


def own(title: str, member: Member, **replaced: object) -> Any:
    """A request of a member about themselves, whose id is the first one printed."""
    return send(title, member.access_token, {printed_id(title): member.id}, **replaced)


# Coming in


def test_registering(rehearsal: World) -> None:
    key = rehearsal.publishable_key
    with rehearsal.scope():
        define_pass_code(code="HHNSU32LNK", note="of the landing page")
    tokens = done(send("POST /contacts/register (1)", key))
    assert {"access_token", "exp", "contact"} <= tokens.keys()
    told = {name: tokens["contact"][name] for name in ("first_name", "last_name", "is_verified")}
    assert told == {"first_name": "John", "last_name": "Doe", "is_verified": "false"}
    for title in ("POST /contacts/register (2)", "POST /contacts/register (3)"):
        assert done(send(title, key)).keys() == {"obfuscated_value", "auth_otp"}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuer_at_work() as issuer:
        yield issuer


def test_signing_in(john: Member, issuer: Issuer) -> None:
    world, key, contact_id = john.world, john.world.publishable_key, UUID(john.id)
    with world.scope():
        add_identity(contact_id=contact_id, provider="MAC_ADDRESS", value="01-23-45-67-89-AB")
        define_identity_provider(**issuer.set_up(kind="MW4"))
    body = {"identity": {"provider": "MW4", "token": issuer.token(given_name="May", family_name="Lee")}}
    assert app(world).post(f"{BASE}/contacts/register", body).status_code == 200
    for title, replaced in (
        ("POST /contacts/authenticate (1)", {}),
        ("POST /contacts/authenticate (2)", {}),
        ("POST /contacts/authenticate (3)", {"token": issuer.token()}),
    ):
        tokens = done(send(title, key, **replaced))
        assert {"access_token", "refresh_token", "exp", "contact", "organisations"} <= tokens.keys(), title
    assert done(send("POST /contacts/authenticate (4)", key)).keys() == {"obfuscated_value", "auth_otp"}
    refreshed = done(send("POST /contacts/refresh (1)", key, refresh_token=john.refresh_token))
    assert refreshed["contact"]["id"] == john.id
    wifi = "POST /contacts/{id}/wifi/authorization (1)"
    assert done(send(wifi, key, {printed_id(wifi): john.id})) == b""


def test_a_code(rehearsal: World) -> None:
    contact_id, key = a_customer(rehearsal, phone="+35799123834"), rehearsal.publishable_key
    with rehearsal.scope():
        keep_document(contact_id=contact_id, kind="id", number="1234567")
    asked = done(send("POST /contacts/otp (1)", key))
    assert asked["obfuscated_value"] == "+35799***834"
    code = code_sent(rehearsal)
    tokens = done(send("POST /contacts/validate-otp (1)", key, value=asked["auth_otp"], code=code))
    assert tokens["contact"]["id"] == str(contact_id)


def test_passwords_and_going(john: Member) -> None:
    world = john.world
    assert done(send("POST /contacts/forgot_password (1)", world.publishable_key)) == b""
    token = link_sent(world, "johndoe@crm.com")
    assert done(send("POST /contacts/change_password (1)", token=token)) == b""
    body = {"provider": "EMAIL", "username": "johndoe@crm.com", "password": "wsxcde421qadfg"}
    access = app(world).post(f"{BASE}/contacts/authenticate", body).json()["access_token"]
    title = "POST /contacts/{id}/sign_out (1)"
    assert done(send(title, access, {printed_id(title): john.id})) == b""
    assert Client(headers={"auth_token": access}).get(john.path).status_code == 401


def test_an_address_is_verified(rehearsal: World) -> None:
    body = registration("new@crm.com")
    body["identity"]["validation_required"] = True
    assert app(rehearsal).post(f"{BASE}/contacts/register", body).status_code == 200
    title = "GET /contacts/verify_email/{id} (1)"
    answer = send(title, ids={"ABCTKN123456798VGP2020": link_sent(rehearsal, "new@crm.com")})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")


# One's own


def test_the_record_and_what_may_be_sent(john: Member) -> None:
    assert done(own("PUT /contacts/{id} (1)", john)) == {"id": john.id}
    record = john.api.get(john.path).json()
    assert (record["title"], record["first_name"], record["middle_name"]) == ("Sir", "John", "Alias")
    assert record["company_profile"]["annual_turnover"] in (1568.14, "1568.1400", "1568.14")
    assert record["demographics"]["date_of_birth"] == {"year": 2018, "month": 10, "day": 16}
    assert (record["email_address"], record["consent_state"]) == ("bill@gmail.com", "ACCEPTED")
    assert done(own("PUT /contacts/{id}/consents (1)", john)) == {"id": john.id}
    assert own("DELETE /contacts/{id} (1)", john).status_code == 200
    assert john.api.get(john.path).status_code == 401


def test_messages(john: Member) -> None:
    a_template(john.world)
    recipient = Recipient(email="johndoe@crm.com", name="John Doe", contact_id=UUID(john.id))
    message = a_message(john.world, recipient=recipient)
    page = done(own("GET /contacts/{id}/communications (1)", john))
    assert page["paging"] == {"page": 1, "size": 10, "total": 1}
    for title in ("GET /communications/{id} (1)", "PUT /communications/{id}/actions (1)"):
        told = done(send(title, john.access_token, {printed_id(title): message.pk}))
    assert told == {"id": str(message.pk)}
    assert john.api.get(f"{BASE}/communications/{message.pk}").json()["is_viewed"] is True


def test_approvals(john: Member) -> None:
    world = john.world
    a_policy(world)
    requests = [request_about(world, an_order(world, UUID(john.id))) for _ in range(3)]
    first, *others = [request for request in requests if request]
    page = done(own("GET /contacts/{id}/approval_requests (1)", john))
    assert page["paging"]["total"] == 3
    assert page["content"][0]["entity"].keys() == {"id", "type", "reference"}
    title = "POST /approval_requests/{id}/actions (1)"
    assert done(send(title, john.access_token, {printed_id(title): first.pk})) == {"id": str(first.pk)}
    for number, request in enumerate(others, 2):
        title = f"POST {ACTIONS} ({number})"
        token = tokens_in(letters(world, request)[0])["reject"]
        answer = send(title, ids={printed_id(title): request.pk}, token=token)
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert again(world, request).state == "rejected"


def test_files_and_printouts(john: Member) -> None:
    refused = send("POST /upload/files (1)", john.access_token)
    assert (refused.status_code, refused.json()["parameters"]) == (400, ["file"])
    file_id = uploaded(john)
    title = "GET /files/{id} (1)"
    path = S2[title].path.replace(printed_id(title), file_id)
    told = Client(headers={"auth_token": john.access_token, "Accept": "application/json"}).get(BASE + path).json()
    assert told["id"] == file_id
    assert read_whole(send(title, john.access_token, {printed_id(title): file_id})).body == PDF
    title = "DELETE /service_requests/{id}/files/{id} (1)"
    gone = send(title, john.access_token, {printed_id(title, 1): file_id})
    assert gone.status_code == 200
    order_id = an_order(john.world, UUID(john.id), status="shipped")
    with john.world.scope():
        invoice = invoice_of(order_id).get()
    answer = send("POST /printout (1)", john.access_token, id=invoice.pk)
    assert done(answer, 201).keys() == {"id"}

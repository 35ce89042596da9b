"""One Idempotency-Key, many senders, one effect (reliability I1 to I3, T6)."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection

from crm.contacts.models import Contact
from crm.web import repeats
from crm.web.models import StoredAnswer
from tests.cast import Cast, World
from tests.races.together import together

pytestmark = pytest.mark.xdist_group("races")

SENDERS, ROUNDS = 8, 10


def sending(world: World, key: str, **body: Any) -> list[Any]:
    body = {"name": "Racer", "phone": "+15551234567", **body}
    return together(*[lambda: world.api.post("/v1/customers", body, headers={"Idempotency-Key": key})] * SENDERS)


def people(world: World) -> int:
    with world.scope():
        return Contact.objects.count()


def test_eight_senders_of_one_key_have_one_effect_and_equal_answers(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for number in range(ROUNDS):
        answers = sending(acme, f"key-{number}")
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        replayed = [answer for answer in answers if answer.headers.get("Idempotent-Replayed") == "true"]
        assert (len(replayed), people(acme)) == (SENDERS - 1, number + 1)


def test_without_the_claim_each_has_its_own_effect(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "key_of", lambda _request: "")
    sending(committed_cast.acme, "one")
    assert people(committed_cast.acme) == SENDERS


def test_another_body_path_caller_or_mode_is_no_repetition(committed_cast: Cast) -> None:
    acme, headers = committed_cast.acme, {"Idempotency-Key": "one"}
    body = {"name": "Ann", "phone": "+15551234567"}
    first = acme.api.post("/v1/customers", body, headers=headers)
    other_body = acme.api.post("/v1/customers", {**body, "name": "Bob"}, headers=headers)
    assert (other_body.status_code, other_body.json()["error"]["code"]) == (422, "INVALID_REQUEST")
    assert acme.api.post("/v1/customers?include=tier", body, headers=headers).status_code == 422
    elsewhere = [
        acme.api.post("/api/v1/customers", body, headers=headers),
        acme.key_with("write").post("/v1/customers", body, headers=headers),
        committed_cast.rehearsal.api.post("/v1/customers", body, headers=headers),
        committed_cast.rival.api.post("/v1/customers", body, headers=headers),
    ]
    assert [answer.status_code for answer in elsewhere] == [201] * 4
    assert len({answer.json()["data"]["id"] for answer in [first, *elsewhere]}) == 5
    assert acme.api.post("/v1/customers", body, headers=headers).content == first.content


def test_what_failed_is_not_kept(committed_cast: Cast) -> None:
    acme, headers = committed_cast.acme, {"Idempotency-Key": "one"}
    assert acme.api.post("/v1/customers", {"name": "Ann"}, headers=headers).status_code == 400
    assert not StoredAnswer.objects.exists()
    assert acme.api.post("/v1/customers", {"name": "Ann", "phone": "+15551234567"}, headers=headers).status_code == 201


def test_an_answer_is_kept_for_a_day_and_sealed(committed_cast: Cast) -> None:
    acme, headers = committed_cast.acme, {"Idempotency-Key": "one"}
    body = {"name": "Secretive Person", "phone": "+15551234567"}
    first = acme.api.post("/v1/customers", body, headers=headers)
    kept = StoredAnswer.objects.get()
    assert "Secretive" not in kept.body
    StoredAnswer.objects.update(created_at=kept.created_at - timedelta(hours=23))
    assert acme.api.post("/v1/customers", body, headers=headers).content == first.content
    StoredAnswer.objects.update(created_at=kept.created_at - timedelta(hours=25))
    assert acme.api.post("/v1/customers", body, headers=headers).content != first.content


@pytest.mark.parametrize("key", ["x" * 256, "a\tb"])
def test_a_key_that_is_none_is_refused(committed_cast: Cast, key: str) -> None:
    answer = committed_cast.acme.api.post("/v1/customers", {"name": "Ann"}, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (400, "Idempotency-Key")


def test_who_waits_too_long_is_told_to_come_back(committed_cast: Cast) -> None:
    acme, held, done = committed_cast.acme, threading.Event(), threading.Event()

    def slowly() -> Any:
        def wait(execute: Any, sql: str, *arguments: Any) -> Any:
            result = execute(sql, *arguments)
            if "web_storedanswer" in sql and sql.startswith("INSERT"):
                held.set()
                done.wait(10)
            return result

        with connection.execute_wrapper(wait):
            return acme.api.post("/v1/customers", {"name": "A", "phone": "+15551234567"},
                                 headers={"Idempotency-Key": "k"})  # fmt: skip

    def second() -> Any:
        held.wait(10)
        try:
            return acme.api.post("/v1/customers", {"name": "A", "phone": "+15551234567"},
                                 headers={"Idempotency-Key": "k"})  # fmt: skip
        finally:
            done.set()

    first, other = together(slowly, second)
    assert (first.status_code, other.status_code) == (201, 409)
    assert int(other.headers["Retry-After"]) > 0
    assert people(acme) == 1


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing to standard error."""


class Threaded(WSGIServer):
    def process_request(self, request: Any, client_address: Any) -> None:
        def work() -> None:
            try:
                self.finish_request(request, client_address)
            except OSError:
                pass
            finally:
                self.shutdown_request(request)
                connection.close()

        threading.Thread(target=work).start()


@pytest.fixture
def port(committed_cast: Cast) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=Threaded, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_clients_that_hang_up_leave_one_effect(committed_cast: Cast, port: int) -> None:
    acme = committed_cast.acme
    body = b'{"name": "Racer", "phone": "+15551234567"}'
    head = (
        f"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {acme.secret_key}\r\n"
        f"Content-Type: application/json\r\nIdempotency-Key: hung-up\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()

    def send_and_hang_up() -> None:
        with socket.create_connection(("127.0.0.1", port)) as caller:
            caller.sendall(head + body)
            time.sleep(0.005)

    together(*[send_and_hang_up] * SENDERS)
    answer = acme.api.post("/v1/customers", body.decode(), headers={"Idempotency-Key": "hung-up"})
    deadline = time.monotonic() + 5
    while answer.status_code != 201 and time.monotonic() < deadline:
        answer = acme.api.post("/v1/customers", body.decode(), headers={"Idempotency-Key": "hung-up"})
    # On a slow server this one may have come before all that hung up; the next is a repeat in any case.
    again = acme.api.post("/v1/customers", body.decode(), headers={"Idempotency-Key": "hung-up"})
    assert (answer.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (201, 201, "true")
    assert again.content == answer.content
    assert people(acme) == 1

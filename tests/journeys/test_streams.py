"""Streams from the product's own web server: told at once, ended with the session, three for each member."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from django.db import connection

from crm.contacts.services import delete_contact, update_customer
from crm.messaging.services import mark_all_notices_viewed
from tests.backoffice.services.wire import Visitor, a_signed_in_member
from tests.cast import Cast, World
from tests.crm.messaging.notices import a_notice
from tests.journeys.listening import PATH, Listeners, listeners
from tests.journeys.processes import a_web, wait_until
from tests.members import a_member, authenticate, member_from

pytestmark = pytest.mark.xdist_group("processes")
# What is promised (reliability T15), and how soon a notice is told: the hub looks once a second.
CLOSED_WITHIN, TOLD_WITHIN = 5.0, 3.0


@pytest.fixture
def base_url(committed_cast: Cast, tmp_path: Path) -> Iterator[str]:
    port = a_port()
    with a_web(tmp_path, port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def listen() -> Iterator[Listeners]:
    with listeners() as opened:
        yield opened


@pytest.fixture
def acme(committed_cast: Cast) -> World:
    return committed_cast.acme


def a_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def signed_out(world: World, member: Visitor, base_url: str) -> None:
    answer = httpx.post(f"{base_url}/auth/api/logout", headers={"Authorization": f"Bearer {member.token}"})
    assert answer.status_code == 200


def deactivated(world: World, member: Visitor, base_url: str) -> None:
    with world.scope():
        update_customer(contact_id=member.id, status="inactive")


def deleted(world: World, member: Visitor, base_url: str) -> None:
    with world.scope():
        delete_contact(contact_id=member.id)


def suspended(world: World, member: Visitor, base_url: str) -> None:
    world.organisation.is_active = False
    world.organisation.save()


ENDINGS: list[Callable[[World, Visitor, str], None]] = [signed_out, deactivated, deleted, suspended]


def test_a_notice_is_told_as_it_arrives_to_its_own_member_alone(
    committed_cast: Cast, acme: World, base_url: str, listen: Listeners
) -> None:
    ann = a_signed_in_member(acme, name="Ann Lee", email="ann@example.com")
    ben = a_signed_in_member(acme, name="Ben Doe", email="ben@example.com")
    away = a_signed_in_member(committed_cast.rival, name="Ann Lee", email="ann@example.com")
    listeners = {who: listen(base_url, member.token) for who, member in {"ann": ann, "ben": ben, "away": away}.items()}
    phone = listen(base_url, ann.token)
    assert phone.headers["Content-Type"] == "text/event-stream"
    notice, began = a_notice(acme, ann.id), time.monotonic()
    for listener in (listeners["ann"], phone):
        listener.waits_for("notification", 1, TOLD_WITHIN)
    assert time.monotonic() - began < TOLD_WITHIN
    assert phone.events[0] == ("0", "unread-count", {"count": 0})
    number, _, shown = phone.events[1]
    assert (number, shown["id"], shown["content"]) == (str(notice.notice_number), str(notice.pk), "Dear Ann Lee")
    phone.waits_for("unread-count", 2, TOLD_WITHIN)
    with acme.scope():
        mark_all_notices_viewed(contact_id=ann.id)
    phone.waits_for("unread-count", 3, TOLD_WITHIN)
    assert phone.named("unread-count") == [{"count": 0}, {"count": 1}, {"count": 0}]
    assert [listeners[who].named("notification") for who in ("ben", "away")] == [[], []]
    assert all(listener.is_open for listener in (*listeners.values(), phone))


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.__name__)
def test_a_stream_ends_with_its_session(
    acme: World, base_url: str, ending: Callable[..., None], listen: Listeners
) -> None:
    ann, ben = (a_signed_in_member(acme, name=name, email=f"{name}@example.com") for name in ("Ann", "Ben"))
    theirs, other = listen(base_url, ann.token), listen(base_url, ben.token)
    time.sleep(1.5)
    assert theirs.is_open
    ending(acme, ann, base_url)
    began = time.monotonic()
    wait_until(lambda: not theirs.is_open, CLOSED_WITHIN, "the end of the stream")
    print(f"{ending.__name__}: closed after {time.monotonic() - began:.1f} s")
    assert listen(base_url, ann.token).status == 401
    assert other.is_open is (ending is not suspended)


def test_a_change_of_password_ends_the_streams_of_other_sessions(acme: World, base_url: str, listen: Listeners) -> None:
    ann = a_member(acme)
    elsewhere = member_from(acme, authenticate(acme, "ann@example.com"))
    own, other = listen(base_url, ann.access_token), listen(base_url, elsewhere.access_token)
    assert own.is_open
    assert other.is_open
    answer = httpx.post(
        f"{base_url}{ann.path}/change_password", json={"password": "another password of theirs 8"},
        headers={"Authorization": f"Bearer {ann.access_token}"},
    )  # fmt: skip
    assert answer.status_code < 300, answer.text
    assert listen(base_url, elsewhere.access_token).status == 401
    wait_until(lambda: not other.is_open, CLOSED_WITHIN, "the end of the other session's stream")
    assert own.is_open


def test_a_hub_that_does_not_ask_for_sessions_goes_on_telling(acme: World, tmp_path: Path, listen: Listeners) -> None:
    """The twin of the test above, with its guard off."""
    port = a_port()
    with a_web(tmp_path, port, application="tests.journeys.deaf_streams:application"):
        ann = a_signed_in_member(acme, name="Ann Lee", email="ann@example.com")
        listener = listen(f"http://127.0.0.1:{port}", ann.token)
        signed_out(acme, ann, f"http://127.0.0.1:{port}")
        a_notice(acme, ann.id)
        listener.waits_for("notification", 1, TOLD_WITHIN)
        time.sleep(CLOSED_WITHIN)
        assert listener.is_open


def test_a_member_has_three_streams_over_all_processes(acme: World, tmp_path: Path, listen: Listeners) -> None:
    ports = [a_port(), a_port()]
    with a_web(tmp_path, ports[0]) as first, a_web(tmp_path, ports[1]):
        homes = [f"http://127.0.0.1:{port}" for port in ports]
        ann, ben = (a_signed_in_member(acme, name=name, email=f"{name}@example.com") for name in ("Ann", "Ben"))
        three = [listen(homes[number % 2], ann.token) for number in range(3)]
        for home in homes:
            refused = listen(home, ann.token)
            assert (refused.status, refused.headers["Retry-After"]) == (429, "30")
        assert listen(homes[0], ben.token).status == 200
        three[1].hang_up()
        wait_until(lambda: listen(homes[1], ann.token).status == 200, 10, "room for another")
        # A process that is killed gives back what it held.
        first.kill()
        wait_until(lambda: [listen(homes[1], ann.token).status for _ in range(3)].count(200) >= 2, 10, "room again")


def test_head_opens_no_stream(acme: World, base_url: str) -> None:
    ann = a_signed_in_member(acme, name="Ann Lee", email="ann@example.com")
    for _ in range(4):
        answer = httpx.head(f"{base_url}{PATH}", headers={"Authorization": f"Bearer {ann.token}"}, timeout=5)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/event-stream")


def test_who_comes_back_misses_nothing(acme: World, base_url: str, listen: Listeners) -> None:
    ann = a_signed_in_member(acme, name="Ann Lee", email="ann@example.com")
    before = listen(base_url, ann.token)
    first = a_notice(acme, ann.id)
    before.waits_for("notification", 1)
    before.hang_up()
    meanwhile = [a_notice(acme, ann.id) for _ in range(3)]
    after = listen(base_url, ann.token, last_id=str(first.notice_number))
    after.waits_for("notification", 3)
    later = a_notice(acme, ann.id)
    after.waits_for("notification", 4)
    assert [UUID(shown["id"]) for shown in after.named("notification")] == [row.pk for row in (*meanwhile, later)]


def test_behind_wsgi_the_answer_ends_and_coming_back_does_the_rest(
    acme: World, tmp_path: Path, listen: Listeners
) -> None:
    port = a_port()
    with a_web(tmp_path, port, interface="wsgi"):
        home = f"http://127.0.0.1:{port}"
        ann = a_signed_in_member(acme, name="Ann Lee", email="ann@example.com")
        first = listen(home, ann.token)
        wait_until(lambda: first.ended_after is not None, 5, "the end of the answer")
        notice = a_notice(acme, ann.id)
        ((number, _, _),) = first.events
        again = listen(home, ann.token, last_id=number)
        again.waits_for("notification", 1, 1)
        assert again.named("notification")[0]["id"] == str(notice.pk)


def test_streams_show_life_and_end_when_they_are_old(acme: World, tmp_path: Path, listen: Listeners) -> None:
    """As after fifteen seconds and ten minutes: with one second and four."""
    port = a_port()
    with a_web(tmp_path, port, application="tests.journeys.hasty_streams:application"):
        ann = a_signed_in_member(acme, name="Ann Lee", email="ann@example.com")
        listener = listen(f"http://127.0.0.1:{port}", ann.token)
        wait_until(lambda: not listener.is_open, 10, "the end of the stream")
        assert listener.comments >= 2
        assert 3.5 < (listener.ended_after or 0) < 7
        assert listen(f"http://127.0.0.1:{port}", ann.token).status == 200


def test_other_answers_are_those_of_wsgi(acme: World, base_url: str) -> None:
    """Bodies, errors, downloads and headers pass through the ASGI server as they are."""
    person, json = {"name": "Ann Lee", "email": "ann@example.com"}, {"Content-Type": "application/json"}
    with httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {acme.secret_key}"}, timeout=30) as shop:
        assert shop.post("/v1/customers", json=person).status_code == 201
        assert shop.post("/v1/customers", json=person).status_code == 400
        assert shop.post("/v1/customers", content=b"{", headers=json).status_code == 400
        exported = shop.get("/dev/crm/customers/export")
        assert (exported.status_code, "ann@example.com" in exported.text) == (200, True)
        assert shop.head("/v1/customers").content == b""
        assert shop.post("/v1/customers", content=b"x" * (3 * 1024 * 1024), headers=json).status_code == 413
    with httpx.Client(base_url=base_url, headers={"api_key": acme.publishable_key}, timeout=30) as app:
        assert app.post("/self-service/v1/contacts/authenticate", json={"provider": "EMAIL"}).status_code == 400


def test_a_database_that_hangs_ends_streams_and_keeps_nobody_waiting(
    acme: World, tmp_path: Path, listen: Listeners
) -> None:
    port = a_port()
    with a_web(tmp_path, port, workers=1):
        home, ann = f"http://127.0.0.1:{port}", a_signed_in_member(acme, name="Ann Lee", email="ann@example.com")
        stream = listen(home, ann.token)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = %s", [_database()])
            ((hubs_backend,),) = cursor.fetchall()
        # As a machine that is there and does not answer: of the embedded server, whose processes may be stopped.
        os.kill(hubs_backend, signal.SIGSTOP)
        try:
            wait_until(lambda: not stream.is_open, 8, "the end of the stream")
            began = time.monotonic()
            refused = listen(home, ann.token)
            assert (refused.status, time.monotonic() - began < 2) == (503, True)
        finally:
            os.kill(hubs_backend, signal.SIGCONT)
        wait_until(lambda: listen(home, ann.token).status == 200, 10, "streams again")


def _database() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])

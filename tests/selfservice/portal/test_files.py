"""A signed link opens one file, for a time, and tells nobody anything else."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from crm.files.links import AT_ONCE, token_of
from crm.files.services import delete_file
from tests.cast import Cast, World
from tests.crm.files.brought import ACTIVE_PDF, CSV, PDF, a_file
from tests.selfservice.v1.sending import read

BROWSER = Client(raise_request_exception=False)


def look(token: str, **options: Any) -> Any:
    return read(BROWSER.get(f"/portal/files/{token}", **options))


def token(world: World, file_id: Any, width: int = 0) -> str:
    return token_of(world.tenant, file_id, lasts=AT_ONCE, width=width)


def test_a_link_opens_its_file(acme: World) -> None:
    answer = look(token(acme, a_file(acme, PDF, "Offer.pdf").pk))
    assert (answer.status_code, answer.body) == (200, PDF)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex"
    assert answer["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(("data", "name"), [(CSV, "a.csv"), (ACTIVE_PDF, "a.pdf")])
def test_what_might_do_something_is_saved_not_shown(acme: World, data: bytes, name: str) -> None:
    answer = look(token(acme, a_file(acme, data, name).pk))
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_link_that_is_over_says_so_kindly(acme: World) -> None:
    old = token(acme, a_file(acme).pk)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=2)):
        answer = look(old)
    assert answer.status_code == 410
    assert "This link has expired" in answer.content.decode()
    assert "%PDF" not in answer.content.decode()


def test_forged_foreign_unknown_and_deleted_look_alike(cast: Cast) -> None:
    file = a_file(cast.acme)
    deleted = a_file(cast.acme)
    with cast.acme.scope():
        delete_file(file_id=deleted.pk)
    good = token(cast.acme, file.pk)
    asked = [
        good[:-3] + "AAA", "nonsense", token(cast.rival, file.pk), token(cast.rehearsal, file.pk),
        token(cast.acme, uuid4()), token(cast.acme, deleted.pk), token(cast.acme, file.pk, 320),
    ]  # fmt: skip
    answers = [look(text) for text in asked]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert look(good).status_code == 200


@pytest.mark.parametrize("verb", ["post", "put", "delete"])
def test_a_link_is_for_looking(acme: World, verb: str) -> None:
    assert getattr(BROWSER, verb)(f"/portal/files/{token(acme, a_file(acme).pk)}").status_code == 405


def test_a_link_can_be_opened_as_often_as_one_likes(acme: World) -> None:
    opened = token(acme, a_file(acme).pk)
    assert {look(opened).status_code for _ in range(70)} == {200}


def test_whoever_tries_links_is_stopped(acme: World) -> None:
    assert [look("nonsense").status_code for _ in range(31)][-1] == 429


def test_old_links_are_no_guesses(acme: World) -> None:
    old = token(acme, a_file(acme).pk)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=2)):
        assert {look(old).status_code for _ in range(35)} == {410}

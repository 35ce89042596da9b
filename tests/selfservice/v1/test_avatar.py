"""A person's picture: brought, shown in several sizes, replaced and removed."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from crm.contacts.selectors import avatar_of
from crm.contacts.services import delete_contact, merge_contacts
from crm.files.models import StoredFile
from crm.kernel.tasks import deliver
from tests.cast import World
from tests.crm.files.brought import GPS, PDF, photo_that_tells, picture
from tests.dialects.traces import latest_events
from tests.members import Member, a_member, authenticate
from tests.selfservice.v1.sending import read, send, uploaded


@pytest.fixture
def ann(acme: World) -> Member:
    return a_member(acme)


def bring(member: Member, data: bytes, verb: str = "put") -> Any:
    return send(member, f"{member.path}/avatar", data, "me.png", verb)


def fetched(url: str) -> Any:
    return read(Client(raise_request_exception=False).get(url.removeprefix("http://127.0.0.1:8000")))


@pytest.mark.parametrize("verb", ["put", "post"])
def test_a_picture_is_told_in_several_sizes(ann: Member, verb: str) -> None:
    answer = bring(ann, picture("PNG", (1000, 500)), verb)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["usage_type"], told["format"], told["width"], told["height"]) == ("AVATAR", "png", 1000, 500)
    assert [(size["width"], size["height"]) for size in told["media"]] == [(320, 160), (640, 320)]
    for url in (told["url"], *(size["url"] for size in told["media"])):
        assert fetched(url).status_code == 200


def test_the_contact_and_the_sign_in_show_it(ann: Member) -> None:
    before = ann.api.get(ann.path).json()
    assert (before["avatar"], before["avatar_srcset"]) == ("", "")
    bring(ann, picture("PNG", (1000, 500)))
    after = ann.api.get(ann.path).json()
    shown = fetched(after["avatar"])
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
    assert [part.split()[1] for part in after["avatar_srcset"].split(", ")] == ["320w", "640w"]
    assert authenticate(ann.world, "ann@example.com").json()["contact"]["avatar"] == after["avatar"]


def test_a_picture_may_be_shown_on_every_page_and_kept_for_an_hour(ann: Member) -> None:
    answer = fetched(bring(ann, picture()).json()["url"])
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["Cache-Control"] == "private, max-age=3600"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_photo_does_not_tell_where_it_was_taken(ann: Member) -> None:
    url = bring(ann, photo_that_tells()).json()["url"]
    assert GPS.encode() not in fetched(url).body


def test_a_file_that_was_uploaded_can_become_the_picture(ann: Member) -> None:
    file_id = uploaded(ann, picture(), "me.png")
    answer = ann.api.put(f"{ann.path}/avatar", {"file_id": file_id})
    assert answer.status_code == 200, answer.content
    assert ann.api.get(ann.path).json()["avatar"]
    with ann.world.scope():
        assert [file.purpose for file in StoredFile.objects.get_queryset()] == ["picture"]


def test_a_new_picture_takes_the_place_of_the_old_one(ann: Member) -> None:
    first = bring(ann, picture()).json()
    second = bring(ann, picture("JPEG")).json()
    assert first["id"] != second["id"]
    assert fetched(first["url"]).status_code == 404
    with ann.world.scope():
        assert StoredFile.objects.count() == 1


def test_a_picture_can_be_removed_and_removing_it_again_is_no_mistake(ann: Member) -> None:
    bring(ann, picture())
    for _ in range(2):
        assert ann.api.delete(f"{ann.path}/avatar").status_code == 200
    assert ann.api.get(ann.path).json()["avatar"] == ""


@pytest.mark.parametrize("data", [PDF, b"", picture()[:30], b"text"])
def test_what_is_no_picture_is_refused(ann: Member, data: bytes) -> None:
    answer = bring(ann, data)
    assert (answer.status_code, answer.json()["parameters"]) == (400, ["file"])


@pytest.mark.parametrize("body", [{}, {"file_id": None}, {"file_id": "x"}, {"file": "x"}])
def test_a_body_without_a_picture_is_refused(ann: Member, body: Any) -> None:
    assert ann.api.put(f"{ann.path}/avatar", body).status_code == 400


def test_files_of_others_are_no_picture_of_ones_own(ann: Member) -> None:
    bob = a_member(ann.world, "bob@example.com")
    assert ann.api.put(f"{ann.path}/avatar", {"file_id": uploaded(bob, picture(), "b.png")}).status_code == 404


def test_nobody_changes_the_picture_of_another(ann: Member) -> None:
    bob = a_member(ann.world, "bob@example.com")
    for verb in ("put", "delete"):
        assert bob.api.send(verb, f"{ann.path}/avatar", {}).status_code == 403


def test_whoever_leaves_takes_their_files_along(ann: Member) -> None:
    url = bring(ann, picture()).json()["url"]
    uploaded(ann)
    with ann.world.scope():
        delete_contact(contact_id=UUID(ann.id))
    (event,) = latest_events(ann.world, "contact.deleted")
    deliver(event.pk)
    with ann.world.scope():
        assert not StoredFile.objects.exists()
    assert fetched(url).status_code == 404


def test_whoever_is_merged_brings_files_and_a_missing_picture(ann: Member) -> None:
    bob, cid = (a_member(ann.world, f"{name}@example.com") for name in ("bob", "cid"))
    bring(bob, picture())
    file_id = uploaded(bob)
    bring(cid, picture("JPEG"))
    with ann.world.scope():
        merge_contacts(winner_id=UUID(ann.id), loser_ids=[UUID(bob.id), UUID(cid.id)])
        assert avatar_of(UUID(ann.id)).name == "me.png"  # type: ignore[union-attr]
        assert str(StoredFile.objects.get(pk=file_id).contact_id) == ann.id

"""S2 `/contacts/{id}/data_exports` and `/contacts/{id}/erase`: what they do is told in tests/crm/privacy."""

from uuid import UUID

import pytest

from crm.contacts.models import Contact, Erasure
from crm.contacts.services import build_export
from tests.cast import World
from tests.members import a_member, authenticate

pytestmark = pytest.mark.django_db


def test_an_export_is_asked_for_and_listed(acme: World) -> None:
    ann = a_member(acme)
    answer = ann.api.post(f"{ann.path}/data_exports")
    assert answer.status_code == 200, answer.content
    id_ = answer.json()["id"]
    assert _listed(ann) == [(id_, "PENDING", False)]
    with acme.scope():
        build_export(data_export_id=UUID(id_))
    assert _listed(ann) == [(id_, "READY", True)]
    page = ann.api.get(f"{ann.path}/data_exports").json()
    assert page["paging"] == {"page": 1, "size": 10, "total": 1}


def _listed(member: object) -> list[tuple[str, str, bool]]:
    rows = member.api.get(f"{member.path}/data_exports").json()["content"]  # type: ignore[attr-defined]
    return [(row["id"], row["state"], row["expires_on"] is not None) for row in rows]


def test_to_be_forgotten_takes_the_very_word(acme: World) -> None:
    ann = a_member(acme)
    for body in ({}, {"confirm": "erase"}, {"confirm": "YES"}):
        answer = ann.api.post(f"{ann.path}/erase", body)
        assert answer.status_code == 400, body
        assert answer.json()["parameters"] == ["confirm"]
    with acme.scope():
        assert not Erasure.objects.exists()


def test_who_is_forgotten_is_signed_out_at_once(acme: World) -> None:
    ann = a_member(acme)
    answer = ann.api.post(f"{ann.path}/erase", {"confirm": "ERASE"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert ann.api.get(ann.path).status_code == 401
    assert ann.refresh().status_code == 401
    assert authenticate(acme, "ann@example.com").status_code == 401
    with acme.scope():
        erasure = Erasure.objects.get(contact_id=ann.id)
        assert (erasure.actor_kind, erasure.actor_id, erasure.because) == ("member", ann.id, "asked")
        assert Contact.objects.get(pk=ann.id).email == ""


def test_the_request_can_bear_an_idempotency_key(acme: World) -> None:
    ann = a_member(acme)
    answer = ann.api.post(f"{ann.path}/erase", {"confirm": "ERASE"}, headers={"Idempotency-Key": "once"})
    assert answer.status_code == 200, answer.content
    with acme.scope():
        assert Erasure.objects.filter(contact_id=ann.id).exists()


def test_another_s_data_is_nobody_s_business(acme: World) -> None:
    ann, bob = a_member(acme), a_member(acme, "bob@example.com")
    for path, body in (("data_exports", {}), ("erase", {"confirm": "ERASE"})):
        assert ann.api.post(f"{bob.path}/{path}", body).status_code == 403
    assert ann.api.get(f"{bob.path}/data_exports").status_code == 403


def test_the_address_is_free_for_who_comes_again(acme: World) -> None:
    ann = a_member(acme)
    ann.api.post(f"{ann.path}/erase", {"confirm": "ERASE"})
    assert a_member(acme).id != ann.id

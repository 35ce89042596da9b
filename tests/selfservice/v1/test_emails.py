"""S2 `/contacts/{id}/emails`: addresses that one says are one's own, and what nobody gets by saying so."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from crm.contacts.models import Contact, Identity, OwnEmail, SignInLink
from crm.contacts.models.own_email import MOST_EMAILS
from crm.contacts.services import delete_contact, look_ups, merge_contacts
from crm.kernel.audit import events_about
from tests.builders import a_customer, an_own_email
from tests.cast import Cast, World
from tests.members import BASE, PASSWORD, Member, a_member, app, authenticate
from tests.selfservice.v1.test_sign_in import refused
from tests.signing_in import last_message, link_sent

pytestmark = pytest.mark.django_db
SECOND = "second@example.com"


@pytest.fixture
def ann(rehearsal: World) -> Member:
    return a_member(rehearsal)


@pytest.fixture
def ben(rehearsal: World) -> Member:
    return a_member(rehearsal, "ben@example.com")


def add(member: Member, email: str = SECOND, **more: Any) -> Any:
    return member.api.post(f"{member.path}/emails", {"email_address": email, **more})


def added(member: Member, email: str = SECOND, **more: Any) -> str:
    answer = add(member, email, **more)
    assert (answer.status_code, set(answer.json())) == (200, {"id"}), answer.content
    return str(answer.json()["id"])


def change(member: Member, key: str, **values: Any) -> Any:
    return member.api.put(f"{member.path}/emails/{key}", values)


def kept(member: Member) -> list[tuple[str, str]]:
    with member.world.scope():
        return list(OwnEmail.objects.filter(contact_id=member.id).order_by("pk").values_list("kind", "value"))


def written_to(member: Member) -> str:
    return str(member.api.get(member.path).json()["email_address"])


def events(member: Member) -> list[str]:
    with member.world.scope():
        names = [event.name for event in events_about("contact", UUID(member.id))]
    return [name for name in names if name.startswith("own_email.")]


def verify(token: str) -> Any:
    return Client(raise_request_exception=False).get(f"{BASE}/contacts/verify_email/{token}")


def test_an_address_is_added_and_changed(ann: Member) -> None:
    key = added(ann, "  Second@Example.com ", email_type="WORK")
    assert kept(ann) == [("work", "Second@Example.com")]
    answer = change(ann, key, email_type="OTHER", email_address="third@example.com")
    assert (answer.status_code, answer.json()) == (200, {"id": key})
    assert kept(ann) == [("other", "third@example.com")]
    assert written_to(ann) == "ann@example.com"
    assert events(ann) == ["own_email.changed", "own_email.added"]
    assert last_message(ann.world, "third@example.com") is None


def test_the_same_address_is_there_once(ann: Member, ben: Member) -> None:
    key = added(ann)
    assert added(ann, "SECOND@example.com", email_type="WORK") == key
    assert kept(ann)[0][0] == "work"
    other = added(ann, "third@example.com")
    assert refused(change(ann, other, email_address=SECOND), 400, "DUPLICATE") == ["email_address"]
    # Anybody may say that it is theirs.
    assert added(ben) != key


def test_by_what_is_only_said_nobody_signs_in_nor_is_found(ann: Member) -> None:
    added(ann, is_primary=True)
    added(ann, "third@example.com")
    for email in (SECOND, "third@example.com"):
        refused(authenticate(ann.world, email, PASSWORD), 401, "INVALIDCREDENTIALS")
        answer = app(ann.world).get(f"{BASE}/contacts", email_address=email)
        assert answer.json() == {"contact_exists": False}
        app(ann.world).post(f"{BASE}/contacts/forgot_password", {"username": email})
        assert last_message(ann.world, email) is None
    with ann.world.scope():
        assert list(Identity.objects.values_list("value", flat=True)) == ["ann@example.com"]


def test_a_primary_address_is_where_they_are_written_to(ann: Member, rehearsal: World) -> None:
    key = added(ann, is_primary=True)
    assert written_to(ann) == SECOND
    with rehearsal.scope():
        assert Contact.objects.get(pk=ann.id).email_is_claimed
    assert authenticate(rehearsal, "ann@example.com").status_code == 200
    change(ann, key, is_primary=False)
    assert written_to(ann) == SECOND
    change(ann, key, email_address="third@example.com")
    assert written_to(ann) == "third@example.com"
    other = added(ann, "fourth@example.com")
    assert written_to(ann) == "third@example.com"
    change(ann, other, is_primary=True)
    assert written_to(ann) == "fourth@example.com"


def test_anothers_address_is_no_primary_one(ann: Member, rehearsal: World) -> None:
    a_customer(rehearsal, email="victim@example.com")
    assert refused(add(ann, "victim@example.com", is_primary=True), 400, "DUPLICATE") == ["email_address"]
    assert kept(ann) == []
    key = added(ann, "victim@example.com")
    assert refused(change(ann, key, is_primary=True), 400, "DUPLICATE") == ["email_address"]
    mine = added(ann, is_primary=True)
    assert refused(change(ann, mine, email_address="victim@example.com"), 400, "DUPLICATE") == ["email_address"]
    assert written_to(ann) == SECOND


def test_who_shows_that_it_is_theirs_signs_in_with_it(ann: Member) -> None:
    key = added(ann, is_primary=True)
    assert last_message(ann.world, SECOND) is None
    change(ann, key, email_verification=True)
    assert verify(link_sent(ann.world, SECOND)).status_code == 200
    with ann.world.scope():
        identity = Identity.objects.get(key=SECOND)
        assert (str(identity.contact_id), identity.verified_at is not None) == (ann.id, True)
        assert not Contact.objects.get(pk=ann.id).email_is_claimed


def test_what_somebody_else_signs_in_with_stays_theirs(ann: Member, ben: Member) -> None:
    added(ann, "ben@example.com", email_verification=True)
    assert verify(link_sent(ann.world, "ben@example.com")).status_code == 400
    with ann.world.scope():
        assert str(Identity.objects.get(key="ben@example.com").contact_id) == ben.id


def test_mails_that_are_asked_for_are_counted(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_ups, "MAILS", look_ups.GuessLimit("sign-in-mail", 2, look_ups.MAILS.within))
    ann = a_member(acme)
    key = added(ann, email_verification=True)
    assert change(ann, key, email_verification=True).status_code == 200
    refused(change(ann, key, email_verification=True), 429, "TOOMANYREQUESTS")
    refused(add(ann, "third@example.com", email_verification=True), 429, "TOOMANYREQUESTS")
    assert kept(ann) == [("personal", SECOND)]
    added(ann, "third@example.com")
    with acme.scope():
        assert SignInLink.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [({"email_address": "x"}, "email_address"), ({"email_address": ""}, "email_address"),
     ({"email_address": f"{'x' * 250}@example.com"}, "email_address"), ({"email_type": "HOME"}, "email_type"),
     ({"is_primary": "perhaps"}, "is_primary"), ({"email_verification": 7}, "email_verification")],
)  # fmt: skip
def test_what_is_wrong_is_named(ann: Member, values: dict[str, Any], field: str) -> None:
    key = added(ann)
    for answer in (add(ann, **{"email": values.get("email_address", "third@example.com"),
                               **{name: value for name, value in values.items() if name != "email_address"}}),
                   change(ann, key, **values)):  # fmt: skip
        assert refused(answer, 400, "INVALIDPARAMETER") == [field]
    assert kept(ann) == [("personal", SECOND)]


def test_an_address_is_needed(ann: Member) -> None:
    answer = ann.api.post(f"{ann.path}/emails", {"email_type": "WORK"})
    assert refused(answer, 400, "MANDATORYPARAMETER") == ["email_address"]


def test_a_member_has_so_many_and_no_more(ann: Member) -> None:
    for number in range(MOST_EMAILS):
        an_own_email(ann.world, UUID(ann.id), email=f"no.{number}@example.com")
    assert refused(add(ann), 400, "INVALIDPARAMETER") == ["email_address"]
    added(ann, "no.3@example.com", email_type="WORK")


def test_nobody_reaches_anothers(cast: Cast, ann: Member, ben: Member) -> None:
    key = added(ben)
    for other in (ann, a_member(cast.acme), a_member(cast.rival)):
        for path in (ben.path, f"{BASE}/contacts/{uuid4()}"):
            assert other.api.post(f"{path}/emails", {"email_address": SECOND}).status_code == 403
            assert other.api.put(f"{path}/emails/{key}", {"email_type": "WORK"}).status_code == 403
        answers = [change(other, wanted, email_type="WORK") for wanted in (key, str(uuid4()), "no-id")]
        assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert kept(ben) == [("personal", SECOND)]


def test_a_merge_brings_them_along_and_whoever_leaves_has_none(ann: Member, ben: Member) -> None:
    for member in (ann, ben):
        added(member)
    added(ben, "third@example.com")
    with ann.world.scope():
        merge_contacts(winner_id=UUID(ann.id), loser_ids=[UUID(ben.id)])
    assert {value for _kind, value in kept(ann)} == {SECOND, "third@example.com"}
    with ann.world.scope():
        delete_contact(contact_id=UUID(ann.id))
        assert not OwnEmail.objects.exists()

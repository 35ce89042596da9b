"""Ways to sign in (where-they-meet.md, "One person")."""

from uuid import UUID

import pytest

from crm.contacts.errors import ContactNotFound, IdentityTaken
from crm.contacts.models import Identity
from crm.contacts.services import add_identity, delete_contact, remove_identity
from crm.kernel.addresses import BadEmail, BadPhone
from crm.kernel.audit import events_about
from crm.kernel.errors import Invalid, NotFound
from crm.kernel.ids import new_id
from tests.builders import a_customer
from tests.cast import World


def added(world: World, contact_id: UUID, provider: str, value: str) -> Identity:
    with world.scope():
        return add_identity(contact_id=contact_id, provider=provider, value=value)


@pytest.mark.parametrize(
    ("provider", "value", "kept", "key"),
    [("EMAIL", " Ann@Example.com ", "Ann@Example.com", "ann@example.com"),
     ("PHONE", "+357 99-123834", "+35799123834", "35799123834")],
)  # fmt: skip
def test_an_identity_is_kept_as_written_and_compared_normalised(
    acme: World, provider: str, value: str, kept: str, key: str
) -> None:
    ann = a_customer(acme)
    identity = added(acme, ann, provider, value)
    assert (identity.provider, identity.value, identity.key) == (provider, kept, key)
    assert (identity.contact_id, identity.verified_at) == (ann, None)
    with acme.scope():
        event = events_about("contact", ann).first()
    assert event is not None
    assert (event.name, event.payload["provider"]) == ("identity.added", provider)
    assert value.strip() not in str(event.payload)


@pytest.mark.parametrize(("provider", "again"), [("EMAIL", "ANN@example.com"), ("PHONE", "357 (99) 123834")])
def test_nobody_signs_in_with_what_is_anothers(acme: World, provider: str, again: str) -> None:
    ann, bob = a_customer(acme), a_customer(acme)
    added(acme, ann, provider, "ann@example.com" if provider == "EMAIL" else "+35799123834")
    for contact_id in (ann, bob):
        with pytest.raises(IdentityTaken):
            added(acme, contact_id, provider, again)
    with acme.scope():
        assert Identity.objects.get().contact_id == ann


def test_a_phone_that_is_shared_is_one_persons_identity(acme: World) -> None:
    ann, bob = (a_customer(acme, phone="+35799123834") for _ in range(2))
    added(acme, ann, "PHONE", "+35799123834")
    with pytest.raises(IdentityTaken):
        added(acme, bob, "PHONE", "+35799123834")


def test_each_tenant_has_identities_of_its_own(acme: World, rehearsal: World, rival: World) -> None:
    for world in (acme, rehearsal, rival):
        added(world, a_customer(world), "EMAIL", "ann@example.com")


def test_one_person_has_several(acme: World) -> None:
    ann = a_customer(acme)
    for provider, value in (("EMAIL", "a@example.com"), ("EMAIL", "b@example.com"), ("PHONE", "+35799123834")):
        added(acme, ann, provider, value)
    with acme.scope():
        assert Identity.objects.filter(contact_id=ann).count() == 3


@pytest.mark.parametrize(
    ("provider", "value", "error"),
    [("EMAIL", "ann", BadEmail), ("EMAIL", "", BadEmail), ("PHONE", "12", BadPhone),
     ("PHONE", "ann@example.com", BadPhone), ("FAX", "1234567", Invalid), ("email", "ann@example.com", Invalid)],
)  # fmt: skip
def test_what_cannot_be_is_refused(acme: World, provider: str, value: str, error: type[Invalid]) -> None:
    with pytest.raises(error):
        added(acme, a_customer(acme), provider, value)


def test_only_living_people_sign_in(acme: World, rival: World) -> None:
    ann, bob = a_customer(acme), a_customer(acme)
    with acme.scope():
        delete_contact(contact_id=bob)
    for world, contact_id in ((rival, ann), (acme, bob), (acme, new_id())):
        with pytest.raises(ContactNotFound):
            added(world, contact_id, "EMAIL", "ann@example.com")


def test_what_is_removed_is_free_again_and_that_is_recorded(acme: World) -> None:
    ann, bob = a_customer(acme), a_customer(acme)
    identity = added(acme, ann, "EMAIL", "ann@example.com")
    with acme.scope():
        remove_identity(identity_id=identity.id)
        event = events_about("contact", ann).first()
    assert event is not None
    assert event.name == "identity.removed"
    assert event.payload == {"contact_id": str(ann), "identity_id": str(identity.id), "provider": "EMAIL"}
    added(acme, bob, "EMAIL", "ann@example.com")


def test_identities_of_others_and_unknown_ones_are_not_found(acme: World, rehearsal: World, rival: World) -> None:
    identity = added(acme, a_customer(acme), "EMAIL", "ann@example.com")
    for world, identity_id in ((rehearsal, identity.id), (rival, identity.id), (acme, new_id())):
        with world.scope(), pytest.raises(NotFound):
            remove_identity(identity_id=identity_id)
    with acme.scope():
        assert Identity.objects.get() == identity

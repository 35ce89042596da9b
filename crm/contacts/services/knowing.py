"""Who is meant when somebody asks for their data, or to be forgotten: every record that is theirs, and by what they are
known.
"""

from uuid import UUID

from django.db.models import Q

from crm.contacts.models import Contact, FurtherAddress, Identity, MergedContact, Provider
from crm.kernel.privacy.person import Person, wholly_known


def family_of(contact_id: UUID) -> tuple[UUID, frozenset[UUID]]:
    """The contact that a person is now, and all that they were: those who were merged into it belong to them."""
    into = MergedContact.objects.filter(pk=contact_id).values_list("into_id", flat=True).first()
    main = into or contact_id
    losers = MergedContact.objects.filter(into=main).values_list("pk", flat=True)
    return main, frozenset({main, *losers})


def person_with(contact_id: UUID) -> Person:
    """The person, wholly known: by their contacts, and by what the apps above have of them."""
    main, ids = family_of(contact_id)
    known = _reachable(Person(main, {"contact": ids}))
    others = Contact.objects.filter(deleted_at=None).exclude(pk__in=ids)
    shared = others.filter(Q(email_key__in=known.emails) | Q(phone_key__in=known.phones))
    keys = {key for pair in shared.values_list("email_key", "phone_key") for key in pair if key}
    return wholly_known(known.but_for(keys))


def _reachable(person: Person) -> Person:
    """Their own addresses, those of whom they were merged from, and those that they sign in with."""
    ids = person.ids_of("contact")
    emails, phones, devices = set[str](), set[str](), set[str]()
    for email, phone in Contact.objects.filter(pk__in=ids).values_list("email", "phone"):
        emails.add(email)
        phones.add(phone)
    further = FurtherAddress.objects.filter(contact__in=ids).values_list("channel", "value")
    ways = Identity.objects.filter(contact__in=ids).values_list("provider", "value")
    kinds = {Provider.EMAIL.value: emails, Provider.PHONE.value: phones}
    for kind, value in [*further, *ways]:
        kinds.get(kind, devices).add(value)
    return person.reachable_at(emails=emails, phones=phones).also_seen_as(devices)

"""Somebody is forgotten: what every table holds of them goes, or stays under a pseudonym (semantics §3.18)."""

from uuid import UUID

from crm.contacts.errors import ContactNotFound
from crm.contacts.events import ContactErased
from crm.contacts.models import Because, Contact, Erasure
from crm.contacts.services.contacts import delete_contact
from crm.contacts.services.knowing import family_of, person_with
from crm.kernel.clock import now
from crm.kernel.events import record, to_json
from crm.kernel.privacy.person import Person
from crm.kernel.privacy.steps import erase_rows, say_farewell
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic
from crm.messaging.services import remove_letters_of


@atomic
def erase_contact(*, contact_id: UUID, because: str = Because.ASKED) -> Erasure:
    """Erase a person, living or deleted, with everybody who was merged into them and every lead that is theirs. Their
    sessions end at once. Of two at once, and of a second time, the first one's erasure is the answer.

    Raises ContactNotFound.
    """
    main = _locked(contact_id)
    done = Erasure.objects.filter(contact_id=main).first()
    if done is not None:
        return done
    person = person_with(main)
    if Contact.objects.filter(pk=main, deleted_at=None).exists():
        delete_contact(contact_id=main)
    say_farewell(person)
    counts = erase_rows(person)
    actor = current_scope().actor
    erasure = Erasure.objects.create(
        contact_id=main, because=because, ids=_as_json(person), counts=counts, actor_kind=actor.kind,
        actor_id=actor.id, erased_at=now(),
    )  # fmt: skip
    record(ContactErased(contact_id=main))
    return erasure


@atomic
def finish_erasing(*, contact_id: UUID) -> None:
    """What could not be done in the transaction of the erasure: letters that lie in files, and rows that a transaction
    wrote which had begun before. Doing it again changes nothing.
    """
    erasure = Erasure.objects.filter(contact_id=contact_id).first()
    if erasure is None:
        return
    ids = {noun: frozenset(UUID(id_) for id_ in named) for noun, named in erasure.ids.items()}
    person = Person(erasure.contact_id, ids)
    erase_rows(person)
    remove_letters_of(contact_ids=person.ids_of("contact"), lead_ids=person.ids_of("lead"))


def _locked(contact_id: UUID) -> UUID:
    """The contact that a person is, under the locks of all that they were, by ascending id: whoever merges one of them
    meanwhile is waited for. Raises ContactNotFound.
    """
    main, ids = family_of(contact_id)
    while True:
        locked = set(Contact.objects.for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))
        if main not in locked:
            raise ContactNotFound
        before, (main, ids) = ids, family_of(contact_id)
        if ids == before:
            return main


def _as_json(person: Person) -> dict[str, list[str]]:
    known: dict[str, list[str]] = to_json({noun: sorted(ids) for noun, ids in person.ids.items()})
    return known

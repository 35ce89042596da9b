"""Customers from files, taken back a chunk at a time: new ones go, changed ones get their former values.

Left alone is whoever was changed since, was known before from a listing, or is meant by a record that came since.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.contacts.events import CustomersTakenBack
from crm.contacts.models import Contact, Customer, MatchKey
from crm.contacts.services.importing import locked_customers, save_both
from crm.imports.nouns import Undoing
from crm.kernel.clock import now, utc_day
from crm.kernel.copying import update_columns
from crm.kernel.errors import Message
from crm.kernel.events import record
from crm.kernel.ids import new_id

# Written about everybody by the search for duplicates.
_OF_THE_PLATFORM = (MatchKey,)


def undo_imported(rows: Sequence[Undoing]) -> dict[int, Message]:
    """Take rows back by a constant number of statements; answers which were left alone, and why."""
    people = locked_customers([row.record_id for row in rows])
    meant = _meant_since([row.record_id for row in rows if row.before is None])
    taken = _taken_emails(rows)
    kept: dict[int, Message] = {}
    removed: list[Contact] = []
    restored: list[Contact] = []
    for row in rows:
        contact = people.get(row.record_id)
        why = _left_alone(contact, row, meant, taken)
        if why:
            kept[row.row] = why
        elif contact is not None and row.before is None:
            removed.append(contact)
        elif contact is not None and row.before:
            _give_back(contact, row.before)
            restored.append(contact)
    _remove(removed)
    save_both(restored)
    return kept


def _left_alone(
    contact: Contact | None, row: Undoing, meant: Collection[UUID], taken: Collection[str]
) -> Message | None:
    """Why, or None. Who was deleted since is gone already, which is what undoing a new customer wants."""
    if row.before == {}:
        return None
    if contact is None:
        return None if row.before is None else _("The record was deleted since.")
    if row.before is None and contact.created_at != row.stamp:
        return _("This person was known before, from a listing, and stays.")
    if (contact.updated_at, contact.customer.updated_at) != (row.stamp, row.stamp):
        return _("The record was changed since.")
    if row.before is None:
        return _("Other records belong to this person since.") if contact.pk in meant else None
    if row.before["contact"].get("email_key") in taken:
        return _("Somebody else has the former e-mail address.")
    return None


def _meant_since(ids: Collection[UUID]) -> set[UUID]:
    """Who of `ids` other records point at, of whichever app: one statement for each kind of record.

    Rows under the person's own key are parts of them, and go with them.
    """
    if not ids:
        return set()
    relations: list[Any] = [*Contact._meta.related_objects, *Customer._meta.related_objects]
    meant: set[UUID] = set()
    for relation in relations:
        model, name = relation.related_model, relation.field.attname
        if model not in _OF_THE_PLATFORM and not relation.field.primary_key:
            meant.update(model.objects.filter(**{f"{name}__in": ids}).values_list(name, flat=True))
    return meant


def _remove(people: Sequence[Contact]) -> None:
    """They leave every API; their addresses are free again."""
    if not people:
        return
    per_day = Counter(utc_day(contact.customer.created_at).isoformat() for contact in people)
    ids = tuple(contact.pk for contact in people)
    gone = [now()] * len(ids)
    for table in (Contact, Customer):
        update_columns(table, ids, {"deleted_at": gone, "updated_at": gone})
    record(CustomersTakenBack(batch_id=new_id(), per_day=dict(per_day), contact_ids=ids))


def _give_back(contact: Contact, before: Mapping[str, Mapping[str, Any]]) -> None:
    for owner, former in ((contact, before["contact"]), (contact.customer, before["customer"])):
        for name, value in former.items():
            field: Any = owner._meta.get_field(name)
            setattr(owner, name, field.to_python(value))
    contact.updated_at = contact.customer.updated_at = now()


def _taken_emails(rows: Iterable[Undoing]) -> set[str]:
    """Which of the former addresses living people have."""
    former = {row.before["contact"].get("email_key") for row in rows if row.before} - {None, ""}
    living = Contact.objects.filter(deleted_at=None, email_key__in=former)
    return set(living.values_list("email_key", flat=True))

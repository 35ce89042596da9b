"""Whose value a field gets when people are merged (semantics §3.13).

The winner's values stay and their blanks are filled from the losers, in the order these were named. `choices` names,
for a field, the person whose value it gets instead. Consents cannot be chosen: the strictest holds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.contacts.merging import copied
from crm.contacts.models import ConsentState, Contact, Customer
from crm.contacts.services.consent_entries import set_consents
from crm.contacts.services.people import write_person
from crm.kernel.addresses import kept_phone
from crm.kernel.changes import apply_changes
from crm.kernel.clock import now
from crm.kernel.merging.fields import (
    FieldChoice,
    custom_choices,
    custom_values,
    ensure_choosable,
    first_filled,
    furthest,
)
from crm.organisations.custom_fields import ensure_few

NAMES = ("first_name", "middle_name", "last_name")
PERSON = (
    "title", *NAMES, "company_name", "email", "phone", "language", "gender", "date_of_birth", "name_day_month",
    "name_day_day", "category_id", "is_tax_exempt", "country_of_agreement",
)  # fmt: skip
TRADE = (
    "type", "status", "billing_address", "shipping_address", "payment_terms", "credit_limit", "tax_id", "notes",
    "assigned_to_id",
)  # fmt: skip
STRICT: Mapping[str, Callable[[Any], int]] = {
    "email_opt_out": int,
    "sms_opt_out": int,
    "consent_state": [
        ConsentState.ACCEPTED, ConsentState.PENDING, ConsentState.REJECTED, ConsentState.WITHDRAWN,
    ].index,
}  # fmt: skip
# Words for several fields that belong together.
TOGETHER = {"name": NAMES, "name_day": ("name_day_month", "name_day_day")}


@dataclass(frozen=True)
class Person:
    contact: Contact
    customer: Customer | None

    @property
    def id(self) -> UUID:
        return self.contact.pk


def decided(people: list[Person], choices: Mapping[str, UUID]) -> list[FieldChoice]:
    """What each field gets; the winner stands first among `people`. Raises Invalid."""
    wanted = {field: id_ for word, id_ in choices.items() for field in TOGETHER.get(word, (word,))}
    found = [first_filled(field, _values(people, "contact", field), wanted.get(field)) for field in PERSON]
    found += [furthest(field, _values(people, "contact", field), rank) for field, rank in STRICT.items()]
    found += [first_filled(field, _values(people, "customer", field), wanted.get(field))
              for field in TRADE if any(person.customer for person in people)]  # fmt: skip
    found += custom_choices(_values(people, "contact", "custom_fields"), wanted)
    choosable = {choice.field for choice in found} - STRICT.keys() | TOGETHER.keys()
    ensure_choosable(choices, choosable, {person.id for person in people})
    return found


def write_contact(people: list[Person], choices: Sequence[FieldChoice]) -> dict[str, tuple[Any, Any]]:
    """Write the winner, unsaved; returns what changed."""
    winner = people[0].contact
    chosen = {choice.field: choice.value for choice in choices}
    values = {field: chosen[field] for field in PERSON if chosen[field] != getattr(winner, field)}
    if "phone" in values:
        values["phone"] = kept_phone(values["phone"]) if values["phone"] else None
    custom = custom_values(choices)
    ensure_few(custom)
    changes = apply_changes(winner, {"custom_fields": custom, "created_at": min(p.contact.created_at for p in people)})
    changes |= write_person(winner, values)
    # The strictest holds, whatever led to it: that a loser has withdrawn stops what the winner never accepted, too.
    changes |= set_consents(winner, chosen)
    winner.updated_at = now()
    return changes


def written_customer(people: list[Person], choices: Iterable[FieldChoice]) -> tuple[Customer | None, dict[str, Any]]:
    """The customer that the winner is or becomes, unsaved, and what changed; None when nobody is one."""
    customers = [person.customer for person in people if person.customer]
    if not customers:
        return None, {}
    customer = people[0].customer or copied(customers[0], people[0].id)
    values = {choice.field: choice.value for choice in choices if choice.field in TRADE}
    changes = apply_changes(customer, {**values, "created_at": min(each.created_at for each in customers)})
    customer.updated_at, customer.deleted_at = now(), None
    return customer, changes


def _values(people: list[Person], part: str, field: str) -> dict[UUID, Any]:
    rows = {person.id: getattr(person, part) for person in people}
    return {id_: getattr(row, field) for id_, row in rows.items() if row is not None}

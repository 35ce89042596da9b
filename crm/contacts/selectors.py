"""Questions about people. Every queryset here holds living rows of the open scope only."""

from typing import TypeVar
from uuid import UUID

from django.db import models

from crm.contacts.errors import ContactNotFound
from crm.contacts.models import Contact, Customer
from crm.kernel.addresses import email_key, wanted_phone_key
from crm.kernel.search import Mark, PrefixQuery, name_query, prefix_query
from crm.kernel.tenancy import ScopedQuerySet, anchored

_M = TypeVar("_M", bound=models.Model)

# Up to this many people are found first and sorted then.
FEW = 2_000


def contacts() -> ScopedQuerySet[Contact]:
    return Contact.objects.filter(deleted_at=None)


def customers() -> ScopedQuerySet[Customer]:
    """Customers; a customer is deleted together with their contact, so the contact need not be asked."""
    return Customer.objects.filter(deleted_at=None)


def contact_by_id(contact_id: UUID) -> Contact:
    """Raises ContactNotFound, for foreign, deleted and unknown ids alike."""
    contact = contacts().filter(pk=contact_id).first()
    if contact is None:
        raise ContactNotFound
    return contact


def customer_by_id(contact_id: UUID) -> ScopedQuerySet[Customer]:
    """The one customer of that id, as a queryset to present; raises nothing when there is none."""
    return customers().filter(pk=contact_id)


def found_by(queryset: ScopedQuerySet[_M], search: str, *, path: str = "") -> ScopedQuerySet[_M]:
    """`queryset` narrowed to people whom `search` finds; `path` leads from its rows to the contact (`contact__`).

    An empty search is no filter; one without a letter or digit finds nobody.
    """
    return _narrowed(queryset, prefix_query(search), path) if search.strip() else queryset


def named_like(queryset: ScopedQuerySet[_M], name: str, *marks: Mark, path: str = "") -> ScopedQuerySet[_M]:
    """`queryset` narrowed to people of whom every word of `name` begins a word of the parts `marks`."""
    return _narrowed(queryset, name_query(name, *marks), path)


def _narrowed(queryset: ScopedQuerySet[_M], query: PrefixQuery | None, path: str) -> ScopedQuerySet[_M]:
    """PostgreSQL guesses that a prefix matches one row in two hundred, whichever it is, and may then walk through a
    whole sorted index for one person. So we look first: few are found by the search index and sorted, many are met
    soon enough while walking. The LIMIT keeps the planner from merging the two again.
    """
    if query is None:
        return queryset.none()
    matching = Contact.objects.filter(search=query).values("pk")
    if matching[FEW : FEW + 1].exists():
        return queryset.filter(**{f"{path}search": query})
    return queryset.filter(**{f"{path}pk__in": matching[: FEW + 1]})


def with_email(queryset: ScopedQuerySet[_M], email: str, *, path: str = "") -> ScopedQuerySet[_M]:
    key = email_key(email)
    return anchored(queryset, path).filter(**{f"{path}email_key": key}) if key else queryset.none()


def with_phone(queryset: ScopedQuerySet[_M], phone: str, *, path: str = "") -> ScopedQuerySet[_M]:
    key = wanted_phone_key(phone)
    return anchored(queryset, path).filter(**{f"{path}phone_key": key}) if key else queryset.none()

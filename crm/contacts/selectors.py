"""Questions about people. Every queryset here holds living rows of the open scope only."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models

from crm.contacts.errors import ContactNotFound
from crm.contacts.models import Contact, Customer, Identity, IdentityDocument
from crm.kernel.addresses import email_key, wanted_phone_key
from crm.kernel.search import Mark, PrefixQuery, name_query, prefix_query
from crm.kernel.tenancy import ScopedQuerySet, anchored
from crm.organisations.errors import SessionRefused
from crm.organisations.models import SessionKind
from crm.organisations.roles import MEMBER_GRANTS
from crm.organisations.selectors import Caller, caller_from_session

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


# A tenant's rows are joined by hand, before any scope is open: this read finds out which scope to open.
_MEMBER_CALLER = """
SELECT s.id, s.subject_id, s.organisation_id, s.mode, o.plan, o.requests_per_hour,
       statement_timestamp() + CASE s.mode WHEN 'test' THEN o.test_clock_offset ELSE interval '0' END,
       s.last_seen_at < statement_timestamp() - interval '5 minutes'
FROM organisations_session s
JOIN organisations_organisation o ON o.id = s.organisation_id
JOIN contacts_customer c ON c.contact_id = s.subject_id AND c.organisation_id = s.organisation_id AND c.mode = s.mode
WHERE s.id = %s AND s.kind = 'member' AND s.ended_at IS NULL AND s.expires_at > statement_timestamp()
  AND o.is_active AND c.deleted_at IS NULL AND c.status = 'active'
"""


def caller_in_member_session(session_id: UUID) -> Caller:
    """The customer whose session this is, while they are active; raises SessionRefused."""
    with connection.cursor() as cursor:
        cursor.execute(_MEMBER_CALLER, [session_id])
        row = cursor.fetchone()
    if row is None:
        raise SessionRefused
    return caller_from_session(SessionKind.MEMBER, row, MEMBER_GRANTS)


def found_by(queryset: ScopedQuerySet[_M], search: str, *, path: str = "") -> ScopedQuerySet[_M]:
    """`queryset` narrowed to people whom `search` finds; `path` leads from its rows to the contact (`contact__`).

    An empty search is no filter; one without a letter or digit finds nobody.
    """
    return _narrowed(queryset, prefix_query(search), path) if search.strip() else queryset


def named_like(queryset: ScopedQuerySet[_M], name: str, *marks: Mark, path: str = "") -> ScopedQuerySet[_M]:
    """`queryset` narrowed to people of whom every word of `name` begins a word of the parts `marks`."""
    return _narrowed(queryset, name_query(name, *marks), path)


def with_custom_value(
    queryset: ScopedQuerySet[_M], key: str, values: Sequence[Any], *, path: str = ""
) -> ScopedQuerySet[_M]:
    """`queryset` narrowed to people whose custom field `key` is any of `values`: texts letter by letter, numbers by
    what they amount to. Without values it is no filter.
    """
    wanted = [{key: value} for value in values]
    return _looked_up(queryset, "custom_fields__contains", wanted, path) if wanted else queryset


def _narrowed(queryset: ScopedQuerySet[_M], query: PrefixQuery | None, path: str) -> ScopedQuerySet[_M]:
    return queryset.none() if query is None else _looked_up(queryset, "search", [query], path)


def _looked_up(queryset: ScopedQuerySet[_M], lookup: str, wanted: Sequence[Any], path: str) -> ScopedQuerySet[_M]:
    """`queryset` narrowed to people of whom `lookup` is true for any of `wanted`.

    PostgreSQL guesses that a prefix matches one row in two hundred and a custom value one in a hundred, whichever it
    is, and may then walk through a whole sorted index for one person. So we look first: few are found by their own
    index and sorted, many are met soon enough while walking. The LIMIT keeps the planner from merging the two again.
    """
    matching = Contact.objects.filter(_any_of(lookup, wanted)).values("pk")
    if matching[FEW : FEW + 1].exists():
        return queryset.filter(_any_of(f"{path}{lookup}", wanted))
    return queryset.filter(**{f"{path}pk__in": matching[: FEW + 1]})


def _any_of(lookup: str, wanted: Sequence[Any]) -> models.Q:
    return models.Q(*[models.Q(**{lookup: value}) for value in wanted], _connector=models.Q.OR)


def with_email(queryset: ScopedQuerySet[_M], email: str, *, path: str = "") -> ScopedQuerySet[_M]:
    key = email_key(email)
    return anchored(queryset, path).filter(**{f"{path}email_key": key}) if key else queryset.none()


def with_phone(queryset: ScopedQuerySet[_M], phone: str, *, path: str = "") -> ScopedQuerySet[_M]:
    key = wanted_phone_key(phone)
    return anchored(queryset, path).filter(**{f"{path}phone_key": key}) if key else queryset.none()


def documents_of(contact_id: UUID) -> ScopedQuerySet[IdentityDocument]:
    """The documents kept of a contact; their numbers stay sealed."""
    return IdentityDocument.objects.filter(contact_id=contact_id)


def has_verified_address(contact_id: UUID) -> bool:
    """Whether any way they sign in has been shown to be theirs."""
    return Identity.objects.filter(contact_id=contact_id, verified_at__isnull=False).exists()

"""Addresses that nothing may be sent to, inside the open scope."""

from collections.abc import Collection, Iterator

from django.db.models import Q

from crm.kernel.sealing import blind_index
from crm.kernel.tenancy import ScopedQuerySet, current_scope
from crm.messaging.errors import Suppressed
from crm.messaging.models import Channel, Reason, Suppression


def suppressions() -> ScopedQuerySet[Suppression]:
    return Suppression.objects.get_queryset()


def suppressions_of(*, email_key: str = "", phone_key: str = "") -> ScopedQuerySet[Suppression]:
    """Entries about either address, in its normalised form; an empty one is nobody's."""
    by_email = Q(channel=Channel.EMAIL, key__in=[email_key, mark_of(email_key)]) if email_key else Q(pk=None)
    by_phone = Q(channel=Channel.PHONE, key__in=[phone_key, mark_of(phone_key)]) if phone_key else Q(pk=None)
    return suppressions().filter(by_email | by_phone)


def mark_of(key: str) -> str:
    """What stands for the address of somebody who was erased: it is known again when it comes, and cannot be read."""
    tenant = current_scope().tenant
    return blind_index(f"{tenant.organisation_id}:{tenant.mode}:{key}", purpose="suppression.erased")


def entries_about(keys: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Kind, key and reason of the entries about these addresses; one statement, however many they are."""
    marks = {mark_of(key): key for key in keys}
    rows = suppressions().filter(key__in=[*keys, *marks]).values_list("channel", "key", "reason")
    return ((kind, marks.get(key, key), reason) for kind, key, reason in rows)


def erased_among(keys: Collection[str]) -> set[str]:
    """Which of these keys belonged to somebody who was erased; where nobody was, nothing is computed."""
    erased = suppressions().filter(reason=Reason.ERASED)
    if not keys or not erased.exists():
        return set()
    marks = {mark_of(key): key for key in keys}
    return {marks[mark] for mark in erased.filter(key__in=marks).values_list("key", flat=True)}


def ensure_not_blacklisted(*, email_key: str = "", phone_key: str = "") -> None:
    """Raises Suppressed, on the field `email` or `phone`, when staff have blacklisted the address."""
    entry = suppressions_of(email_key=email_key, phone_key=phone_key).filter(reason=Reason.BLACKLISTED).first()
    if entry is not None:
        raise Suppressed(field=entry.channel)

"""Answers that are kept for a day so that a request can be sent again (repeats.py), each sealed under its own key."""

from django.db.models import Q

from crm.kernel.errors import Unavailable
from crm.kernel.privacy.holdings import leaves, of_scope
from crm.kernel.privacy.person import Person
from crm.kernel.sealing import unseal
from crm.web.models import StoredAnswer
from crm.web.repeats import context_of

AT_ONCE = 1_000


def _answers(person: Person) -> Q:
    """Given to the person, or about a record of theirs by its path; and those that say an id or address of theirs. The
    one that is being given at this moment, to whoever asks for the erasure, has no status yet.
    """
    ids = [str(id_) for id_ in sorted(person.all_ids)]
    said = [Q(principal__endswith=id_) | Q(route__contains=id_) for id_ in ids]
    told = Q(pk__in=_that_name(person))
    for one in said:
        told |= one
    return of_scope() & Q(status__isnull=False) & told


def _that_name(person: Person) -> list[int]:
    """They have to be opened, for it shows only inside: a day's, and no more."""
    names = [*(str(id_) for id_ in person.all_ids), *person.addresses]
    rows = StoredAnswer.objects.filter(of_scope()).exclude(body="").iterator(chunk_size=AT_ONCE)
    return [row.pk for row in rows if any(name in _opened(row) for name in names)]


def _opened(row: StoredAnswer) -> str:
    try:
        return unseal(row.wrapped_key, row.body, context=context_of(row))
    except Unavailable:
        return ""


leaves("web.StoredAnswer", _answers, withheld="id principal route key fingerprint status wrapped_key body created_at")

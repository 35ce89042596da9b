"""Events and queued work that speak of a person. That something happened stays, for it is the audit trail; what it was
changed from and to, and what somebody wrote about it, goes.
"""

from collections.abc import Iterator
from functools import reduce
from operator import or_

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, JSONField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.db.models.lookups import Contains

from crm.kernel.models import Event
from crm.kernel.privacy.holdings import HOLDINGS, of_scope
from crm.kernel.privacy.person import Person

# What of an event's own values people, or a provider, may have written; the others are ids, figures and our own words.
WRITTEN_BY_SOMEBODY = ("reason",)


class _OnlyTheNames(Func):
    """`{field: [before, after]}` with nothing before and after: which fields were changed stays."""

    template = (
        "(SELECT coalesce(jsonb_object_agg(name, '[null, null]'::jsonb), '{}'::jsonb)"
        " FROM jsonb_object_keys(%(expressions)s) AS name)"
    )
    output_field = JSONField()


def without_values(_person: Person) -> Func:
    return _OnlyTheNames(F("changes"))


def without_words(_person: Person) -> Func:
    """The event's own values without what somebody wrote; a value that it does not have is not made."""
    payload: F | Func = F("payload")
    for name in WRITTEN_BY_SOMEBODY:
        payload = Func(
            payload, Value([name], output_field=ArrayField(TextField())), Value("", output_field=JSONField()),
            Value(False), function="jsonb_set", output_field=JSONField(),
        )  # fmt: skip
    assert isinstance(payload, Func)
    return payload


def events_of(person: Person) -> Q:
    """Events about the person's records, whichever table these are in."""
    return reduce(or_, [Q(pk__in=rows.values("pk")) for rows in _each_kind(person)])


def scrub_events(person: Person) -> int:
    """One statement for each kind of record, so that each finds its events by the index of their subject."""
    done = 0
    for rows in _each_kind(person):
        done += rows.update(changes=without_values(person), payload=without_words(person), last_error="")
    return done


def failures_that_name(person: Person) -> Q:
    """Queued work that was about the person, and failed: a traceback may hold a value."""
    arguments = Cast(F("arguments"), TextField())
    named = [Q(Contains(arguments, str(id_))) for id_ in sorted(person.all_ids)]
    return of_scope() & ~Q(last_error="") & reduce(or_, named, Q(pk__in=()))


def _each_kind(person: Person) -> Iterator[QuerySet[Event]]:
    events = Event.objects.filter(of_scope())
    for noun, ids in person.ids.items():
        yield events.filter(subject_kind=noun, subject_id__in=[str(id_) for id_ in ids])
    for holding in HOLDINGS.values():
        if holding.spoken_of:
            keys = holding.rows(person).values_list(Cast("pk", TextField()))
            yield events.filter(subject_kind=holding.spoken_of, subject_id__in=keys)

"""Parts of a customer's health that are read off what was said with them and sent to them; one statement a table."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, DateField, DateTimeField, F, Func, Q, When
from django.db.models.functions import Cast

from crm.contacts.models import CustomerInteraction, InteractionKind
from crm.insights.scoring import engagement_of, support_of
from crm.kernel.tenancy import ScopedQuerySet
from crm.messaging.models import Incoming, IncomingKind

WINDOW = timedelta(days=90)


def support(contact_ids: Collection[UUID], moment: datetime) -> dict[UUID, int]:
    """Open: its next action is not done; overdue: the date of that has passed, beside being open; closed: the rest, of
    the last 90 days. Who never called for help is missing.
    """
    calls = CustomerInteraction.objects.filter(
        contact__in=contact_ids, type=InteractionKind.SUPPORT, happened_at__lte=moment
    )
    has_next = ~Q(next_action="") | Q(next_action_date__isnull=False)
    is_open = Q(has_next, next_action_done_at=None)
    counts = calls.order_by().values_list("contact").annotate(
        opened=Count("pk", filter=is_open),
        overdue=Count("pk", filter=is_open & Q(next_action_date__lt=moment)),
        closed=Count("pk", filter=~is_open & Q(happened_at__gte=moment - WINDOW)),
    )  # fmt: skip
    return {contact_id: support_of(*numbers) for contact_id, *numbers in counts}


def engagement(contact_ids: Collection[UUID], moment: datetime) -> dict[UUID, int]:
    """Interactions of any kind, and answers to messages. Who never was in touch is missing; who was, but not in 90
    days, has 0.
    """
    said = CustomerInteraction.objects.filter(contact__in=contact_ids)
    answers = Incoming.objects.filter(communication__contact_id__in=contact_ids, kind=IncomingKind.REPLY)
    touches: dict[UUID, Counter[date]] = defaultdict(Counter)
    per_day = _per_day(said, "contact", "happened_at", moment)
    for contact_id, day, number in per_day.union(
        _per_day(answers, "communication__contact_id", "received_at", moment), all=True
    ):
        touches[contact_id].update({day: number} if day else {})
    return {contact_id: engagement_of(days) for contact_id, days in touches.items()}


def _per_day(rows: ScopedQuerySet[Any], who: str, at: str, moment: datetime) -> Any:
    """How many rows there are of each person and each day of the window, in the organisation's zone; and, of no day,
    how many before it.
    """
    there = Func(F("organisation__zone"), F(at), function="timezone", output_field=DateTimeField())
    day = Case(When(**{f"{at}__gte": moment - WINDOW}, then=Cast(there, DateField())))
    past = rows.filter(**{f"{at}__lte": moment}).order_by()
    return past.annotate(who=F(who), day=day).values_list("who", "day").annotate(number=Count("pk"))

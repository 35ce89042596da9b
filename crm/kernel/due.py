"""Work that is due, as rows: the one mechanism under event deliveries, queued tasks and job runs.

A row is DUE from `next_at` on, until it is DONE or DEAD. The relay publishes due rows to the broker and pushes
`next_at` ahead by thirty seconds, so a message that is lost costs seconds and never the effect. Whoever takes a row up
counts the attempt first, in a transaction of its own: a row that kills its worker dies of it in the end.
"""

import random
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar, Self
from uuid import UUID

import structlog
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.quotes import without_quotes

log = structlog.get_logger(__name__)

SWEEP = timedelta(seconds=30)
MOST_ATTEMPTS = 5
LONGEST_WAIT = timedelta(minutes=5)


class State(models.TextChoices):
    DUE = "due", _("Due")
    DONE = "done", _("Done")
    DEAD = "dead", _("Dead letter")


class Due(models.Model):
    objects: ClassVar[models.Manager[Self]] = models.Manager()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(_("state"), max_length=4, choices=State.choices, default=State.DUE)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next try"), db_default=Now())
    published_at = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        abstract = True

    @classmethod
    def due_index(cls, name: str) -> models.Index:
        """The one index the relay reads; finished rows are not in it."""
        return models.Index(fields=["next_at"], name=name, condition=models.Q(state=State.DUE))

    @classmethod
    def dead_index(cls, name: str) -> models.Index:
        """For whoever looks after dead letters: they are few among many."""
        return models.Index(fields=["-id"], name=name, condition=models.Q(state=State.DEAD))

    def finish(self) -> None:
        self.state = State.DONE
        self.save(update_fields=["state"])

    def replay(self) -> None:
        """Give a dead letter a new life, with all its attempts."""
        type(self).objects.filter(pk=self.pk, state=State.DEAD).update(state=State.DUE, attempts=0, next_at=Now())

    @classmethod
    def take_up(cls, pk: UUID) -> Self | None:
        """Count an attempt, before any work. None when the row is finished, or another worker holds it.

        A row out of attempts is buried here: its worker never lived to say why.
        """
        free = cls.objects.select_for_update(skip_locked=True).filter(pk=pk, state=State.DUE)
        with transaction.atomic():
            row = free.first()
            if row is None:
                return None
            if row.attempts >= MOST_ATTEMPTS:
                row.state = State.DEAD
                row.last_error = row.last_error or "The worker was lost each time it took this up."
            else:
                row.attempts += 1
            row.save(update_fields=["state", "attempts", "last_error"])
            cls.objects.filter(pk=pk).update(next_at=Now() + SWEEP)
        return row if row.state == State.DUE else None

    @classmethod
    def hold(cls, pk: UUID) -> Self | None:
        """The row under its lock until the transaction ends; None when another worker has it or it is finished."""
        return cls.objects.select_for_update(skip_locked=True).filter(pk=pk, state=State.DUE).first()

    def put_off(self, error: BaseException) -> None:
        """After a failure: due again later, a little later each time; dead after the last attempt."""
        dead = self.attempts >= MOST_ATTEMPTS
        wait = min(LONGEST_WAIT, timedelta(seconds=5) * 2 ** max(0, self.attempts - 1)) * random.uniform(0.8, 1.2)
        type(self).objects.filter(pk=self.pk, state=State.DUE).update(
            state=State.DEAD if dead else State.DUE, next_at=Now() + wait, last_error=_trace(error)
        )
        log.warning("work_failed", kind=self._meta.label, id=str(self.pk), attempts=self.attempts, dead=dead,
                    error=type(error).__name__)  # fmt: skip


def attempt(model: type[Due], pk: UUID, work: Callable[[Any], None]) -> bool:
    """Do `work(row)` once, in one transaction with marking the row done; True when it was done here and now.

    Two workers with the same message exclude each other by the row's lock; a worker that dies gives the lock back.
    """
    taken = model.take_up(pk)
    if taken is None:
        return False
    try:
        with transaction.atomic():
            row = model.hold(pk)
            if row is None:
                return False
            work(row)
            row.finish()
    except Exception as error:
        taken.put_off(error)
        return False
    return True


def _trace(error: BaseException) -> str:
    """The traceback without source values: what staff may read beside a dead letter."""
    return without_quotes("".join(traceback.format_exception(error)))[-4000:]


def in_flight(model: type[Due]) -> int:
    """How many rows were published in the last thirty seconds and are not finished."""
    return model.objects.filter(state=State.DUE, published_at__gt=Now() - SWEEP).count()

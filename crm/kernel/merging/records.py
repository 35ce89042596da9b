"""What a noun that can be merged keeps about it: an abstract table each, to which the noun adds its own keys.

The names of the keys are fixed, for the other modules here find the tables by them: a merge has `winner`, and is
called `rows` by its kept rows and `losers` by the marks, which have `into`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import NotFound
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantModel


class MergeRecord(TenantModel):
    """Records that turned out to be one. `fields` says whose value each field got, `moved` how many rows of what became
    the winner's, `report` what an unmerge put back and what it left: names, ids and numbers, never a person's data.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    loser_ids: Any = models.JSONField(default=list, editable=False)
    fields: Any = models.JSONField(default=list, editable=False)
    moved: Any = models.JSONField(default=dict, editable=False)
    report: Any = models.JSONField(default=dict, editable=False)
    actor_kind = models.CharField(max_length=10, editable=False)
    actor_id = models.CharField(max_length=60, editable=False)
    merged_at = models.DateTimeField(_("merged"), editable=False)
    unmerged_at = models.DateTimeField(_("taken apart"), null=True, editable=False)

    winner_id: Any

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.winner)  # type: ignore[attr-defined]


class KeptRow(TenantModel):
    """A row that a merge touched, of whichever table: as it was and as it was left. `before` is null when the merge
    made the row, `after` when it removed it. Kept for as long as the merge can be undone.
    """

    id = models.BigAutoField(primary_key=True)
    step = models.PositiveIntegerField()
    model = models.CharField(max_length=100)
    key = models.CharField(max_length=64)
    before: Any = models.JSONField(null=True)
    after: Any = models.JSONField(null=True)
    is_back = models.BooleanField(default=False)

    class Meta:
        abstract = True


class MatchKeyRecord(TenantModel):
    """What a record is looked for by when duplicates are: only those who share one are compared."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=200)

    class Meta:
        abstract = True


class PairState(models.TextChoices):
    OPEN = "open", _("Open")
    DISMISSED = "dismissed", _("Two people")
    MERGED = "merged", _("Merged")


class PairRecord(TenantModel):
    """Two records that may be one; `first` has the smaller id. `score` is in thousandths: from 900 on it is as good as
    certain, from 750 on worth a look.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    score = models.PositiveSmallIntegerField(_("score"))
    reasons: Any = models.JSONField(_("alike in"), default=list, editable=False)
    state = models.CharField(_("state"), max_length=9, choices=PairState.choices, default=PairState.OPEN)
    found_at = models.DateTimeField(_("found"), editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)

    first_id: Any
    second_id: Any

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"  # type: ignore[attr-defined]


def rows_of(merge_model: Any) -> Any:
    """The table of kept rows that goes with a table of merges."""
    return merge_model._meta.get_field("rows").related_model


def marks_of(merge_model: Any) -> Any:
    """The table that says of each loser where it went; the loser's id is its key."""
    return merge_model._meta.get_field("losers").related_model


def noun_of(merge_model: Any) -> Any:
    """The table whose rows are merged."""
    return merge_model._meta.get_field("winner").related_model


def went_into(merge_model: Any, id_: UUID) -> UUID | None:
    """Where a loser went, over however many merges; None for who was not merged, or whose winner is gone."""
    gone = marks_of(merge_model).objects.filter(pk=id_, into__deleted_at=None)
    into: UUID | None = gone.values_list("into_id", flat=True).first()
    return into


@contextmanager
def telling_of_merges(merge_model: Any, id_: UUID, went: type[NotFound]) -> Iterator[None]:
    """Where the block does not find what was merged, `went` is raised, which tells into what."""
    try:
        yield
    except NotFound:
        into = went_into(merge_model, id_)
        if into is None:
            raise
        raise went(merged_into=into) from None

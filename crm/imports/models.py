from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.kernel.clock import now
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel

UNDO_WITHIN = timedelta(days=30)


class State(models.TextChoices):
    UPLOADED = "uploaded", _("Uploaded")
    READY = "ready", _("Columns mapped")
    CHECKING = "checking", _("Being tried out")
    CHECKED = "checked", _("Tried out")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Failed")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


class OnMatch(models.TextChoices):
    OVERWRITE = "overwrite", _("Overwrite what the file gives")
    UPDATE_BLANK = "update_blank", _("Fill in what is blank")
    SKIP = "skip", _("Leave the record alone")
    CREATE = "create", _("Create another record")


class Outcome(models.TextChoices):
    WAITING = "", _("Waiting")
    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    SKIPPED = "skipped", _("Skipped")
    ERROR = "error", _("Error")


BEFORE_RUNNING = (State.UPLOADED, State.READY, State.CHECKED)
AT_WORK = (State.CHECKING, State.RUNNING, State.UNDOING)


class Import(TenantModel):
    """A file whose rows become records of one noun.

    `columns` are its headings, `mapping` the field of each column by its heading: a field's name, `custom:<key>`, or ""
    for a column that is left out. `cursor` is the last row that was dealt with, committed with what was written.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    noun = models.CharField(_("records"), max_length=30)
    file_name = models.CharField(_("file"), max_length=200)
    size = models.PositiveIntegerField(_("bytes"))
    encoding = models.CharField(_("encoding"), max_length=20)
    delimiter = models.CharField(_("delimiter"), max_length=1)
    columns = ArrayField(models.TextField(), verbose_name=_("columns"))
    mapping: Any = models.JSONField(_("mapping"), default=dict)
    match_key = models.CharField(_("recognised by"), max_length=30)
    on_match = models.CharField(_("when recognised"), max_length=12, choices=OnMatch.choices, default=OnMatch.OVERWRITE)

    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.UPLOADED)
    total = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    created = models.PositiveIntegerField(_("created"), default=0)
    updated = models.PositiveIntegerField(_("updated"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    undone = models.PositiveIntegerField(_("taken back"), default=0)
    cursor = models.PositiveIntegerField(default=0, editable=False)
    undo_cursor = models.PositiveIntegerField(default=0, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    failure = models.CharField(_("why it failed"), max_length=200, blank=True)

    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(_("by"), max_length=60)
    created_at = models.DateTimeField(_("uploaded"), editable=False)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    undone_at = models.DateTimeField(_("undone"), null=True, editable=False)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["organisation", "mode", "-created_at", "-id"], name="import_latest"),
            models.Index(fields=["organisation", "mode", "noun", "-created_at"], name="import_by_noun"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def can_start(self) -> bool:
        return self.state in (State.READY, State.CHECKED) and not self.is_past

    @property
    def can_carry_on(self) -> bool:
        """Whether it stopped before its end, and nobody began to take it back."""
        return self.state == State.FAILED and not self.undo_cursor and not self.is_past

    @property
    def is_past(self) -> bool:
        """Whether its rows are removed, or about to be; its counts stay (crm/imports/services/forgetting.py)."""
        return now() > (self.started_at or self.created_at) + UNDO_WITHIN

    @property
    def undo_until(self) -> datetime | None:
        """Until when it can be undone; None when it cannot be."""
        if self.state not in (State.FINISHED, State.FAILED) or self.started_at is None:
            return None
        return self.started_at + UNDO_WITHIN

    @property
    def can_undo(self) -> bool:
        return self.undo_until is not None and now() <= self.undo_until

    @property
    def at_row(self) -> int:
        """How far what it is at has come, out of `of_rows`: rows of the file, or of what is taken back."""
        return self.undone if self.state == State.UNDOING else self.done

    @property
    def of_rows(self) -> int:
        return self.created + self.updated if self.state == State.UNDOING else self.total


class ImportRow(TenantModel):
    """One row of the file, as it was read, and what became of it.

    `number` is that of a spreadsheet, where the header is row 1: together with the import it names the cause of an
    effect (reliability L6). `before` and `stamp` are what undoing needs (crm/imports/nouns.py, `Written`).
    """

    id = models.BigAutoField(primary_key=True)
    of = TenantForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    cells = ArrayField(models.TextField(), verbose_name=_("cells"))
    outcome = models.CharField(_("outcome"), max_length=7, choices=Outcome.choices, blank=True, default=Outcome.WAITING)
    field = models.CharField(_("field"), max_length=100, blank=True)
    message = models.CharField(_("message"), max_length=300, blank=True)
    record_id = models.UUIDField(_("record"), null=True)
    before: Any = models.JSONField(null=True)
    stamp = models.DateTimeField(null=True)
    # What the row's record is recognised by and may not share, hashed: another row with one of them is a duplicate.
    keys = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "of", "number"], name="import_row_once"),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "of", "number"], name="import_row_told",
                         condition=~Q(message="")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.number)

    @property
    def told(self) -> str:
        """What is said about the row, with the field that is to blame."""
        return f"{self.field}: {self.message}" if self.field else self.message


class SavedMapping(TenantModel):
    """How columns were mapped last time for files with the same headings."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    noun = models.CharField(max_length=30)
    # A hash of the headings, in their order.
    signature = models.CharField(max_length=64)
    mapping: Any = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "noun", "signature"], name="saved_mapping_once"),
        ]

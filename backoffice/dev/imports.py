"""S4 `/customers/import`, `/leads/import` and `/imports` (s4 §2, §3, §6, 12; where-they-meet.md)."""

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.csv_files import CONTENT_TYPE, written
from crm.imports.selectors import TOLD_AT_ONCE, error_pages, import_by_id, import_called, told_rows
from crm.imports.services import import_file, undo_import
from crm.kernel.tenancy import Question
from crm.web.dialects import DevCrm
from crm.web.grants import Audience, grant
from crm.web.presenters import presenter_for
from crm.web.serializers import CsvOut, InputSerializer, Moment, OutputSerializer
from crm.web.viewset import Answer, DialectViewSet

STATUSES = ("uploaded", "ready", "checking", "checked", "running", "finished", "failed", "undoing", "undone")


class ImportIn(InputSerializer):
    file = serializers.FileField(
        allow_empty_file=True,
        help_text="CSV with a header: UTF-8, UTF-16 or Windows-1252; comma, semicolon or tab; at most 20 MB, "
        "200,000 rows, 200 columns.",
    )


class RowErrorOut(OutputSerializer):
    row = serializers.IntegerField(source="number", help_text="As a spreadsheet counts: the header is 1.")
    field = serializers.CharField()
    message = serializers.CharField()


class BroughtOut(OutputSerializer):
    """What an import did, up to 1,000 rows; above them, where to look (202)."""

    total = serializers.IntegerField(required=False)
    created = serializers.IntegerField(required=False)
    updated = serializers.IntegerField(required=False)
    skipped = serializers.IntegerField(required=False)
    errors = RowErrorOut(many=True, required=False)  # type: ignore[assignment]
    import_id = serializers.UUIDField(required=False)
    status = serializers.ChoiceField(STATUSES, required=False)
    progress_url = serializers.CharField(required=False)


class ImportFieldsOut(OutputSerializer):
    id = serializers.UUIDField()
    noun = serializers.CharField()
    file_name = serializers.CharField()
    status = serializers.ChoiceField(STATUSES, source="state")
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    skipped = serializers.IntegerField()
    undone = serializers.IntegerField()
    createdAt = Moment(source="created_at")  # noqa: N815 - as the document writes its own
    startedAt = Moment(source="started_at", allow_null=True)  # noqa: N815
    finishedAt = Moment(source="finished_at", allow_null=True)  # noqa: N815
    undoneAt = Moment(source="undone_at", allow_null=True)  # noqa: N815


class ImportOut(ImportFieldsOut):
    errors = RowErrorOut(many=True, help_text="The first 1,000.")  # type: ignore[assignment]
    errors_url = serializers.CharField()


_READ = grant("crm:imports:read", Audience.KEY, Audience.STAFF)


class ImportViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {
        "import_customers": grant("auth:members:write", Audience.KEY, Audience.STAFF),
        "import_leads": grant("crm:leads:write", Audience.KEY, Audience.STAFF),
        "retrieve": _READ,
        "errors": _READ,
        "undo": grant("crm:imports:write", Audience.KEY, Audience.STAFF),
    }
    reads = {"import_customers": ImportIn, "import_leads": ImportIn}
    answers = {
        "import_customers": BroughtOut, "import_leads": BroughtOut, "retrieve": ImportOut, "errors": CsvOut,
        "undo": ImportOut,
    }  # fmt: skip
    more_statuses = {"import_customers": (202,), "import_leads": (202,), "undo": (202,)}

    def import_customers(self, request: Request) -> Answer:
        """Customers from a CSV file: an e-mail address that is known updates what the file gives."""
        return self._import("customers")

    def import_leads(self, request: Request) -> Answer:
        """Leads from a CSV file: an e-mail address that is known updates what the file gives."""
        return self._import("leads")

    def retrieve(self, request: Request, import_id: UUID) -> Any:
        """How far an import has come, what it did, and its first 1,000 errors."""
        return self._shown(import_id)

    def errors(self, request: Request, import_id: UUID) -> HttpResponseBase:
        """The rows that were not taken, as they were sent, and why in `_error`: to be corrected and sent again."""
        chunks = map(written, error_pages(import_by_id(import_id)))
        return self.streamed(chunks, content_type=CONTENT_TYPE, filename="errors.csv")

    def undo(self, request: Request, import_id: UUID) -> Answer:
        """Take back what an import did, within 30 days, save for records that changed since."""
        undone = undo_import(import_id=import_id)
        return Answer(self._shown(import_id), 202 if undone.is_at_work else 200)

    def _import(self, noun: str) -> Answer:
        upload = self.read()["file"]
        brought = import_file(noun=noun, file=upload.file, file_name=upload.name)
        headers = {"Location": self._url(brought.pk)}
        if brought.is_at_work:
            told = {"import_id": str(brought.pk), "status": brought.state, "progress_url": self._url(brought.pk)}
            return Answer(told, 202, headers)
        counts = {name: getattr(brought, name) for name in ("total", "created", "updated", "skipped")}
        return Answer({**counts, "errors": self._errors(brought.pk)}, 200, headers)

    def _shown(self, import_id: UUID) -> dict[str, Any]:
        """Raises NotFound."""
        shown: dict[str, Any] = presenter_for(ImportFieldsOut, self.dialect).one(Question(import_called, (import_id,)))
        return {**shown, "errors": self._errors(import_id), "errors_url": f"{self._url(import_id)}/errors"}

    def _errors(self, import_id: UUID) -> list[Any]:
        rows = told_rows(import_by_id(import_id))[:TOLD_AT_ONCE]
        return presenter_for(RowErrorOut, self.dialect).rows(rows)

    def _url(self, import_id: UUID) -> str:
        """Under the prefix that the request came by."""
        prefix = self.request.path.partition("/crm/")[0]
        return f"{prefix}/crm/imports/{import_id}"

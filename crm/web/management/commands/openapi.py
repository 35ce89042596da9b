import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.web.dialects import DIALECTS
from crm.web.openapi.documents import document_of


class Command(BaseCommand):
    """Errors raised: CommandError for a document with complaints, jsonschema's ValidationError for an invalid one."""

    help = "Write the OpenAPI document of every surface into a folder, and validate it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--fail-on-warn", action="store_true", help="a warning of the generator is an error")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        for dialect in DIALECTS:
            document = document_of(dialect.name)
            if document.complaints and options["fail_on_warn"]:
                raise CommandError(f"{dialect.name}: {document.complaints}")
            (folder / f"{dialect.name}.json").write_text(json.dumps(document.schema, indent=1))
            operations = sum(len(methods) for methods in document.schema["paths"].values())
            self.stdout.write(f"{dialect.name}: valid, {operations} operations")

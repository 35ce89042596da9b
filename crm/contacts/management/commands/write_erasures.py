import json
from argparse import FileType
from typing import Any

from django.core.management.base import CommandParser

from crm.contacts.selectors import erasures
from crm.kernel.commands import ScopedCommand
from crm.kernel.entrances import all_tenants


class Command(ScopedCommand):
    """A line of JSON for each erasure, of all organisations and modes: ids and moments, nobody's data."""

    help = "Write the journal of erasures, to be kept apart from backups and replayed after a restore."
    actor_name = "write_erasures"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=FileType("w"), help="standard output unless given")

    def handle(self, *args: Any, **options: Any) -> None:
        out = options["file"] or self.stdout
        for tenant in all_tenants():
            with self.scope(tenant):
                for contact_id, erased_at in erasures().order_by("erased_at").values_list("contact_id", "erased_at"):
                    line = {"organisation": str(tenant.organisation_id), "mode": tenant.mode,
                            "contact": str(contact_id), "erased_at": erased_at.isoformat()}  # fmt: skip
                    out.write(json.dumps(line) + "\n")
        if options["file"]:
            options["file"].close()

import json
from argparse import FileType
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from crm.contacts.errors import ContactNotFound
from crm.contacts.models import Because
from crm.contacts.services import erase_contact
from crm.kernel.commands import ScopedCommand
from crm.kernel.entrances import all_tenants
from crm.kernel.tenancy import Mode, Tenant

ERASED, THERE_NO_MORE = "erased", "not there"


class Command(ScopedCommand):
    """Safe to repeat: who is erased already stays so. Each person is a transaction of their own, so that whoever stops
    it begins again at the beginning and loses nothing. Errors raised: CommandError, before anybody is touched.
    """

    help = "Erase everybody whom a restored backup has brought back, by the journal that write_erasures wrote."
    actor_name = "replay_erasures"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=FileType("r"), help="a line of JSON for each erasure")

    def handle(self, *args: Any, **options: Any) -> None:
        with options["file"] as file:
            wanted = list(_read(file))
        known = set(all_tenants())
        done = Counter(self._replayed(tenant, contact_id, known) for tenant, contact_id in wanted)
        self.stdout.write(f"{done[ERASED]:,} are erased; {done[THERE_NO_MORE]:,} are not there.")

    def _replayed(self, tenant: Tenant, contact_id: UUID, known: set[Tenant]) -> str:
        if tenant not in known:
            return THERE_NO_MORE
        with self.scope(tenant):
            try:
                erase_contact(contact_id=contact_id, because=Because.REPLAYED)
            except ContactNotFound:
                return THERE_NO_MORE
        return ERASED


def _read(file: IO[str]) -> Iterator[tuple[Tenant, UUID]]:
    for number, line in enumerate(file, start=1):
        try:
            said = json.loads(line)
            yield Tenant(UUID(said["organisation"]), Mode(said["mode"])), UUID(said["contact"])
        except (ValueError, KeyError, TypeError):
            raise CommandError(f"Line {number} is no line of the journal. Nobody was touched.") from None

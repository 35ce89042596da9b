from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from backoffice.demo.loading import Loaded, load_purchases
from backoffice.demo.purchases import BadLines, Purchase, read_purchases
from crm.kernel.commands import ScopedCommand
from crm.kernel.errors import DomainError, NotFound
from crm.kernel.tenancy import Mode, Tenant
from crm.organisations.selectors import organisation_called

SHOWN = 20


class Command(ScopedCommand):
    """Safe to repeat, and to carry on after it was stopped. Errors raised: CommandError."""

    help = "Load a file of purchases, as the CDNOW sample is written, as customers and delivered orders."
    actor_name = "load_purchases"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="white-space separated: two ids, day, number, amount")
        parser.add_argument("--organisation", required=True, help="its short name")
        parser.add_argument("--mode", choices=Mode.values, default=Mode.LIVE)

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = Loaded()
        purchases = _read(options["file"])
        try:
            with self.scope(_tenant(options["organisation"], options["mode"])):
                for _customers in load_purchases(purchases, loaded):
                    self.stderr.write(f"{loaded.orders + loaded.known:,} of {len(purchases):,} purchases")
        except DomainError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{loaded.customers:,} customers and {loaded.orders:,} orders loaded; "
            f"{loaded.known:,} orders were there already."
        )


def _read(file: Path) -> list[Purchase]:
    try:
        return read_purchases(file)
    except OSError as problem:
        raise CommandError(f"{file} cannot be read: {problem.strerror}.") from None
    except BadLines as problem:
        lines = [f"line {number}: {why}" for number, why in problem.lines[:SHOWN]]
        rest = len(problem.lines) - len(lines)
        more = [f"… and {rest} more"] if rest else []
        raise CommandError("\n".join(["Nothing was loaded, for some lines cannot be read:", *lines, *more])) from None


def _tenant(slug: str, mode: str) -> Tenant:
    try:
        return Tenant(organisation_called(slug).id, mode)
    except NotFound:
        raise CommandError(f"There is no organisation called {slug}.") from None

import json
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser

from backoffice.demo.build import Builder
from backoffice.demo.show import demo_as_json
from crm.kernel.commands import ScopedCommand


class Command(ScopedCommand):
    """Trial mode only; safe to repeat. Errors raised: CommandError outside trial mode."""

    help = "Create the demo data if absent; with --json, print its ids, keys and sign-ins."
    actor_name = "demo"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print everything as JSON on stdout")
        parser.add_argument("--migrate", action="store_true", help="bring the database up to date first")
        parser.add_argument("--rotate", action="store_true", help="give out new keys and passwords")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TRIAL:
            raise CommandError("The demo exists in trial mode only: it is not made where DEBUG is off.")
        if options["migrate"]:
            call_command("migrate", verbosity=0, interactive=False)
        builder = Builder(self.scope)
        builder.build()
        if options["rotate"]:
            builder.rotate()
        if options["json"]:
            self.stdout.write(json.dumps(demo_as_json(self.scope), indent=1))
        else:
            self.stdout.write("The demo is there; --json shows its keys and sign-ins.")

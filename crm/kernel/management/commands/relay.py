import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from crm.kernel import relay
from crm.kernel.schedules import ensure_schedules


class Command(BaseCommand):
    """Runs the relay until SIGTERM. It also makes sure that every job has its schedule; any number may run at once."""

    help = "Publish due work to the broker, for ever."

    def handle(self, *args: Any, **options: Any) -> None:
        going = True

        def stop(_signal: int, _frame: FrameType | None) -> None:
            nonlocal going
            going = False

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        ensure_schedules()
        relay.run(lambda: going)

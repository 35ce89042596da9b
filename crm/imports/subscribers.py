"""What is too much for a request is left to a worker, a chunk at a time."""

from crm.imports.events import ImportQueued
from crm.imports.tasks import carry_on


def hand_over(event: ImportQueued) -> None:
    carry_on.queue(import_id=str(event.import_id))


AFTERWARDS = {ImportQueued: [hand_over]}

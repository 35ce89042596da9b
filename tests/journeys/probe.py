"""A task of the tests' own, for a worker process to take: it leaves a mark in the scope that travelled with it."""

from celery import shared_task

from crm.kernel.tasks import ScopedTask
from crm.messaging.models import Channel
from crm.messaging.services import suppress


@shared_task(base=ScopedTask, name="tests.leave_a_mark")
def leave_a_mark(address: str) -> None:
    suppress(channel=Channel.EMAIL, address=address, note="a worker was here")

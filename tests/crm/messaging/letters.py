"""Templates, recipients and a mail server to start from."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller

from crm.kernel.actors import job_actor
from crm.kernel.audit import events_about
from crm.kernel.tenancy import Scope, open_scope
from crm.messaging.models import Communication, Template
from crm.messaging.recipients import Recipient
from crm.messaging.services import define_template, queue_message, send_due, write_version
from tests.cast import World

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
EXTRAS = ("subtitle", "image_url", "click_url")
ANN = Recipient(email="ann@example.com", phone="+35799123456", name="Ann Lee")


def at(world: World, moment: datetime) -> Any:
    """The scope of `world` with its clock at `moment`."""
    return open_scope(Scope(tenant=world.tenant, actor=job_actor("test"), now=moment))


def a_template(world: World, key: str = "news", **values: Any) -> Template:
    """A published template in English."""
    wording = {"subject": "Hello {{ first_name }}", "body": "<p>Dear {{ name }}</p>", "locale": "en"}
    wording |= {name: values.pop(name) for name in list(values) if name in {*wording, *EXTRAS}}
    with world.scope():
        made = define_template(**{"key": key, "name": key.title(), "channel": "email", **values})
        write_version(template_id=made.pk, publish=True, **wording)
    return made


def a_message(world: World, cause: str = "cause-1", moment: datetime = NOON, **values: Any) -> Communication:
    """One asked for at `moment`, to Ann unless said otherwise."""
    with at(world, moment):
        return queue_message(**{"template_key": "news", "recipient": ANN, "cause": cause, **values})


def stored(world: World, message: Communication) -> Communication:
    with world.scope():
        return Communication.objects.get(pk=message.pk)


def send(world: World, moment: datetime = NOON) -> int:
    with at(world, moment):
        return send_due()


def events_of(world: World, message: Communication) -> list[str]:
    with world.scope():
        return [event.name for event in events_about("communication", message.pk)]


@dataclass
class Sink:
    """What a real SMTP server on loopback was handed; `answers` are given to the next recipients in their place."""

    port: int = 0
    mails: list[Message] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if not answer.startswith("250"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(0)
        self.mails.append(message_from_bytes(envelope.content))
        return "250 accepted"


@contextmanager
def smtp_sink(settings: Any) -> Iterator[Sink]:
    """Mail goes to a server of our own for the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        sink = Sink(port=free.getsockname()[1])
    server = Controller(sink, hostname="127.0.0.1", port=sink.port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", sink.port, 5
    try:
        yield sink
    finally:
        server.stop()

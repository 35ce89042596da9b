"""The outbox in files: where messages go when no provider is configured, one file each, for people to look at."""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from crm.messaging.channels import Letter
from crm.messaging.recipients import PushAddress


def put_into_outbox(name: str, data: bytes) -> Path:
    """Write `data` under `name` as a whole or not at all."""
    folder: Path = settings.OUTBOX
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    draft = path.with_name(f".{name}.{os.getpid()}")
    draft.write_bytes(data)
    draft.replace(path)
    return path


def take_from_outbox(name: str) -> None:
    """Remove the files of one message, by whichever channel it went; what is not there is removed already."""
    for path in settings.OUTBOX.glob(f"{name}.*"):
        path.unlink(missing_ok=True)


class FileBackend(BaseEmailBackend):
    """A mail backend of Django's that leaves each message as an .eml file, named by its Message-ID."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            written: Any = message.message()
            name = re.sub(r"[^0-9A-Za-z-]", "", str(written["Message-ID"]).partition("@")[0])
            put_into_outbox(f"{name}.eml", written.as_bytes(linesep="\r\n"))
        return len(email_messages)


class FileSms:
    """SMS as .sms files: there is no network provider yet (docs/messaging.md)."""

    def send(self, letter: Letter) -> None:
        text = f"From: {letter.sender}\nTo: {letter.to}\n\n{letter.content}\n"
        put_into_outbox(f"{letter.message_id}.sms", text.encode())

    def close(self) -> None:
        """Nothing is held open."""


class FilePush:
    """What would be pushed to a device as a .push file, without its token: there is no push service yet."""

    def push(self, device: PushAddress, letter: Letter) -> None:
        told = {
            "service": device.service, "serial_number": device.serial_number, "title": letter.subject,
            "text": letter.content, **letter.extras,
        }  # fmt: skip
        name = re.sub(r"[^0-9A-Za-z._-]", "_", device.serial_number)
        put_into_outbox(f"{letter.message_id}.{name}.push", json.dumps(told, ensure_ascii=False, indent=1).encode())

    def close(self) -> None:
        """Nothing is held open."""

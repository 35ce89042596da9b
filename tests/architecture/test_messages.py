"""Nobody sends past the governor: the channels, and the mail library under them, have one user each."""

import ast
from pathlib import Path

from tests.architecture.test_tenancy import PROJECT, product_files

CHANNELS = "crm/messaging/channels/"
# Who may hold a channel: the service that asks the governor first, and what it makes letters with.
SENDERS = {"crm/messaging/services/sending.py", "crm/messaging/services/letters.py"}
# Who takes letters out of the outbox of files again.
TIDIERS = {"crm/messaging/services/unnaming.py"}
LIBRARIES = ("django.core.mail", "smtplib", "aiosmtplib", "anymail", "twilio")


def imports_of(text: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def offences(name: str, text: str) -> set[str]:
    """What of the ways out a file reaches for without being entitled to."""
    imported = imports_of(text)
    libraries = {one for one in imported if one.startswith(LIBRARIES)}
    channels = {one for one in imported if one.startswith("crm.messaging.channels")}
    steps = {one for one in imported if one.startswith("crm.messaging.services.sending.")}
    offends = set() if name.startswith(CHANNELS) else libraries | (set() if name in SENDERS | TIDIERS else channels)
    # Handing over without judging first would be a way around, too.
    if name not in SENDERS | {"crm/messaging/tasks.py", "crm/messaging/services/__init__.py"}:
        offends |= steps
    return offends


def test_nothing_but_the_sending_service_uses_a_channel() -> None:
    found = {(str(file.relative_to(PROJECT)), what) for file in product_files()
             for what in offences(str(file.relative_to(PROJECT)), file.read_text())}  # fmt: skip
    assert found == set()


def test_a_sender_that_walks_past_the_governor_is_found() -> None:
    for line in (
        "from django.core.mail import send_mail",
        "from django.core import mail",
        "import smtplib",
        "from crm.messaging.channels.email import EmailChannel",
        "from crm.messaging.channels import email",
        "from crm.messaging.services.sending import deliver",
    ):
        assert offences("crm/leads/services.py", line), line
    assert not offences("crm/leads/services.py", "from crm.messaging.services import queue_messages")


def test_those_who_are_entitled_do_use_them() -> None:
    used = {name for name in SENDERS if "crm.messaging.channels" in imports_of((PROJECT / Path(name)).read_text())}
    assert used == SENDERS
    assert any(one.startswith("django.core.mail") for one in imports_of((PROJECT / CHANNELS / "email.py").read_text()))

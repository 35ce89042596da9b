"""Codes and links as whoever gets them sees them: the worker's part is done, and the message is read."""

import re
from typing import Any

from crm.kernel.due import State
from crm.kernel.models import Event
from crm.kernel.tasks import deliver
from crm.messaging.models import Communication
from tests.cast import World
from tests.members import BASE, app

OTP, VALIDATE = f"{BASE}/contacts/otp", f"{BASE}/contacts/validate-otp"


def work_off(*names: str) -> None:
    """What happened is reacted to, as a worker would."""
    asked = names or ("once_code.asked", "sign_in_link.asked")
    for pk in list(Event.objects.filter(name__in=asked, state=State.DUE).values_list("pk", flat=True)):
        deliver(pk)


def last_message(world: World, recipient: str = "") -> Communication | None:
    """The latest message, once the worker has done its part."""
    work_off()
    with world.scope():
        found = Communication.objects.order_by("-created_at", "-id")
        return (found.filter(recipient=recipient) if recipient else found).first()


def code_sent(world: World, recipient: str = "") -> str:
    """The code of the latest message; of test mode, for in live mode nobody but the recipient reads it."""
    message = last_message(world, recipient)
    assert message is not None, "nothing was sent"
    found = re.search(r"\b\d{6}\b", message.content)
    assert found, message.content
    return found[0]


def link_sent(world: World, recipient: str = "") -> str:
    """The token in the link of the latest message; of test mode."""
    message = last_message(world, recipient)
    assert message is not None, "nothing was sent"
    found = re.search(r'href="[^"]*/([^/"?]+)"', message.content)
    assert found, message.content
    return found[1]


def ask(world: World, *credentials: tuple[str, str], **more: Any) -> Any:
    body = {"credentials": [{"name": name, "value": value} for name, value in credentials], **more}
    return app(world).post(OTP, body)


def show(world: World, auth_otp: str, code: str) -> Any:
    return app(world).post(VALIDATE, {"auth_otp": auth_otp, "code": code})

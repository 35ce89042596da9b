"""The ways out. Only the sending service may use them: whoever else did would walk past the governor.

A channel says what became of a letter by returning, or by raising one of three: `Refused`, `Unreachable`, `Uncertain`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from crm.messaging.recipients import PushAddress


@dataclass(frozen=True, slots=True)
class Letter:
    """What leaves: `content` is HTML for e-mail, else plain text; `message_id` is the same at every attempt.

    A letter to somebody's devices names these, and may have `extras` (subtitle, address of a picture, where it leads).
    """

    to: str
    to_name: str
    sender: str
    sender_name: str
    subject: str
    content: str
    message_id: str
    headers: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, str] = field(default_factory=dict)
    devices: Sequence[PushAddress] = ()


class Refused(Exception):
    """The provider has answered no: this letter did not leave, and will not for good."""


class Unreachable(Exception):
    """The provider is down or asks to wait: this letter did not leave; later it may."""


class Uncertain(Exception):
    """The line broke while the letter was handed over: nobody knows whether it left."""


class Channel(Protocol):
    def send(self, letter: Letter) -> None:
        """Hand the letter over. Raises Refused, Unreachable, Uncertain."""

    def close(self) -> None:
        """Let go of the provider."""

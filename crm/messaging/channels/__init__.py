"""The ways out. Only the sending service may use them: whoever else did would walk past the governor.

A channel says what became of a letter by returning, or by raising one of three: `Refused`, `Unreachable`, `Uncertain`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """What leaves: `content` is HTML for e-mail, plain text for SMS; `message_id` is the same at every attempt."""

    to: str
    to_name: str
    sender: str
    sender_name: str
    subject: str
    content: str
    message_id: str
    headers: Mapping[str, str] = field(default_factory=dict)


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

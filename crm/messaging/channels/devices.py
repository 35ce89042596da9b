"""Messages to members themselves: pushed to each of their devices, or standing in their app."""

from typing import Protocol

from crm.messaging.channels import Letter, Refused, Uncertain, Unreachable
from crm.messaging.recipients import PushAddress

# Which of several faults is told: that it may have left, before that it may leave later, before that it will not.
_GRAVEST = (Uncertain, Unreachable, Refused)


class PushService(Protocol):
    def push(self, device: PushAddress, letter: Letter) -> None:
        """Hand the letter over for one device. Raises Refused, Unreachable, Uncertain."""

    def close(self) -> None:
        """Let go of the service."""


class DeviceChannel:
    """One letter to each device of a member. It has left once one of them has it: none is to get it twice."""

    def __init__(self, service: PushService) -> None:
        self._service = service

    def send(self, letter: Letter) -> None:
        faults: list[Exception] = []
        for device in letter.devices:
            try:
                self._service.push(device, letter)
            except _GRAVEST as fault:
                faults.append(fault)
        if not letter.devices:
            raise Refused("no_device")
        if len(faults) == len(letter.devices):
            raise min(faults, key=lambda fault: _GRAVEST.index(type(fault)))

    def close(self) -> None:
        self._service.close()


class InAppChannel:
    """There is nothing to hand over: from now on the message stands in the list that the app reads."""

    def send(self, letter: Letter) -> None:
        """Nothing but the row."""

    def close(self) -> None:
        """Nothing is held open."""

"""kombu's file-system broker, with messages that are there as a whole or not at all.

Its own way opens a message's file under its last name and writes to it afterwards; a worker that looks in between reads
nothing, and dies of it.
"""

import os
from pathlib import Path
from time import monotonic_ns
from typing import Any
from uuid import uuid4

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Write the message under a name that no queue looks for, then give it its own: later ones sort behind it."""
        folder = Path(self.data_folder_out)
        name = f"{monotonic_ns():020}_{uuid4()}"
        draft = folder / f"{name}.draft"
        draft.write_text(dumps(payload))  # type: ignore[no-untyped-call]
        os.replace(draft, folder / f"{name}.{queue}.msg")


class Transport(filesystem.Transport):
    Channel = Channel


def use_whole_files() -> None:
    """From now on `filesystem://` means this one."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"

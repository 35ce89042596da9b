from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def places(tmp_path: Path, settings: Any) -> Path:
    """Folders of the test's own for files and for letters."""
    options = {"BACKEND": "crm.files.storage.WholeFiles", "OPTIONS": {"location": str(tmp_path / "media")}}
    settings.STORAGES = {**settings.STORAGES, "default": options}
    settings.OUTBOX = tmp_path / "outbox"
    settings.EMAIL_BACKEND = "crm.messaging.channels.outbox.FileBackend"
    return tmp_path

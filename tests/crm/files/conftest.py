from pathlib import Path
from typing import Any

import pytest

IN_A_FOLDER = "crm.files.storage.WholeFiles"


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, settings: Any) -> Path:
    """A folder of the test's own; what lies in it can be counted."""
    options = {"BACKEND": IN_A_FOLDER, "OPTIONS": {"location": str(tmp_path / "media")}}
    settings.STORAGES = {**settings.STORAGES, "default": options}
    return tmp_path / "media"

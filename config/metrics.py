"""Where the web processes of a machine keep their counts for `/metrics`: each in a file of its own.

The library that counts reads the variable when it is imported, and every worker of granian sets it for itself.
"""

import os
from pathlib import Path

FOLDER, VARIABLE = "metrics", "PROMETHEUS_MULTIPROC_DIR"


def keep_counts_in_files(data_dir: Path) -> None:
    """Before anything imports prometheus_client."""
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault(VARIABLE, str(folder))


def forget_counts(data_dir: Path) -> None:
    """Counts begin anew with the web processes; files of those that are gone would pile up."""
    for file in (data_dir / FOLDER).glob("*.db"):
        file.unlink(missing_ok=True)

"""How Celery talks to each kind of broker. None of them is trusted with an effect (decisions/0004)."""

from pathlib import Path
from typing import Any

FILE_SYSTEM = "filesystem://"


def transport_options(url: str, folder: Path) -> dict[str, Any]:
    """kombu's options for this broker; `folder` holds the messages of the file-system one."""
    if url.startswith(FILE_SYSTEM):
        return _file_system(folder)
    if url.startswith("redis"):
        # Longer than the hard time limit, so that no task runs twice because it ran long (reliability O5).
        return {"visibility_timeout": 900}
    return {}


def _file_system(folder: Path) -> dict[str, Any]:
    """Both ends must name the same folder, and every folder must exist before kombu looks at it."""
    paths = {name: folder / name for name in ("messages", "control", "processed")}
    for path in paths.values():
        path.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(paths["messages"]),
        "data_folder_out": str(paths["messages"]),
        "control_folder": str(paths["control"]),
        "processed_folder": str(paths["processed"]),
        "store_processed": False,
        # The default of one second makes a worker take one task a second.
        "polling_interval": 0.05,
    }

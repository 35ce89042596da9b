"""What a process has used so far, from `/proc`; on systems without it, nothing is known."""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    parent: int
    seconds: float


def processes() -> list[Process]:
    """Every process of this machine with its processor time."""
    found = (_read(entry) for entry in PROC.glob("[0-9]*")) if PROC.exists() else iter(())
    return [process for process in found if process]


def _read(entry: Path) -> Process | None:
    try:
        # The name stands in brackets and may hold anything: what counts begins behind the last of them.
        fields = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return Process(int(entry.name), int(fields[1]), (int(fields[11]) + int(fields[12])) / _TICK)


def children_of(pid: int) -> list[Process]:
    """Its children, and theirs."""
    everybody = processes()
    found, level = [], {pid}
    while level:
        below = [process for process in everybody if process.parent in level]
        found += below
        level = {process.pid for process in below}
    return found


def processor_seconds(pid: int) -> float | None:
    """What the children of `pid` have used; None where that cannot be known."""
    return sum(process.seconds for process in children_of(pid)) if PROC.exists() else None


def largest_megabytes(pid: int) -> float | None:
    """The resident memory of the largest child of `pid`, in MB of a million bytes."""
    sizes = []
    for process in children_of(pid):
        try:
            pages = int((PROC / str(process.pid) / "statm").read_text().split()[1])
        except OSError:
            continue
        sizes.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
    return max(sizes, default=None)


def postmaster_pid(data: Path) -> int | None:
    """The embedded PostgreSQL's main process; None where the server is another one."""
    file = data / "postmaster.pid"
    try:
        return int(file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None

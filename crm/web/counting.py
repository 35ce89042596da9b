"""How many answers the web processes of this machine have given, by surface and status.

A process that counted for itself would tell whoever asks a share of the truth. So each counts in a file, where
`config/metrics.py` says, and they are added up when somebody asks.
"""

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.values import ValueClass

from crm.web.dialects import dialect_of

_OWN = CollectorRegistry()
_ANSWERS = Counter(
    "rapport_answers", "Answers of the web processes of this machine.", ["surface", "status"], registry=_OWN
)
# What is no API has the name of its first part.
_PLACES = frozenset({"admin", "portal", "docs", "static", "healthz", "readyz", "metrics"})


def count_answer(path: str, status: int) -> None:
    _ANSWERS.labels(surface_of(path), str(status)).inc()


def surface_of(path: str) -> str:
    """Of a fixed number of names, whatever somebody asks for."""
    dialect = dialect_of(path)
    if dialect is not None:
        return dialect.name
    first = path.lstrip("/").partition("/")[0]
    return first if first in _PLACES else "other"


def counted() -> bytes:
    """In Prometheus' text format."""
    registry = _OWN
    if ValueClass._multiprocess:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)

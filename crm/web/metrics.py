"""`/metrics`: how the platform does, as Prometheus reads it (contract.md, "Health"; docs/operations.md)."""

import ipaddress
from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily

from crm.kernel.workload import Pile, last_runs, piles
from crm.messaging.selectors import messages_by_state
from crm.web.counting import counted

_FORWARDING = ("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")


def metrics(request: HttpRequest) -> HttpResponse:
    """For the operator, who has signed in to the back office, and for programs on this machine itself."""
    try:
        if not (_is_local(request) or _is_operator(request)):
            return HttpResponse("For the platform's operator.\n", status=403, content_type="text/plain")
        body = counted() + generate_latest(_Gauges())
    except (DatabaseError, InterfaceError):
        return HttpResponse("The database is away.\n", status=503, content_type="text/plain")
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _is_operator(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_operator", False))


def _is_local(request: HttpRequest) -> bool:
    """Whoever comes through a proxy is not, though the proxy may be, listed or not."""
    if getattr(request, "was_forwarded", False) or any(header in request.META for header in _FORWARDING):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class _Gauges:
    """Read from the database when somebody asks, so that every process tells the same."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from _of_work(piles())
        yield from _of_jobs()
        yield from _of_messages()


def _of_work(found: list[Pile]) -> Iterator[GaugeMetricFamily]:
    rows = GaugeMetricFamily(
        "rapport_work_rows", "Work that is due, put off or under way, dead.", labels=["kind", "state"]
    )
    oldest = GaugeMetricFamily(
        "rapport_work_oldest_due_seconds", "How long the oldest work has been due.", labels=["kind"]
    )
    for pile in found:
        for state, number in (("due", pile.due), ("later", pile.later), ("dead", pile.dead)):
            rows.add_metric([pile.kind, state], number)
        oldest.add_metric([pile.kind], pile.waited.total_seconds())
    yield from (rows, oldest)


def _of_jobs() -> Iterator[GaugeMetricFamily]:
    asked = GaugeMetricFamily("rapport_job_last_tick_timestamp_seconds", "When it was last asked for.", labels=["job"])
    ended = GaugeMetricFamily("rapport_job_last_end_timestamp_seconds", "When it last came to its end.", labels=["job"])
    took = GaugeMetricFamily("rapport_job_last_duration_seconds", "How long that run took.", labels=["job"])
    for run in last_runs():
        if run.scheduled_for is not None:
            asked.add_metric([run.job], run.scheduled_for.timestamp())
        if run.finished_at is not None:
            ended.add_metric([run.job], run.finished_at.timestamp())
        if run.took is not None:
            took.add_metric([run.job], run.took.total_seconds())
    yield from (asked, ended, took)


def _of_messages() -> Iterator[GaugeMetricFamily]:
    rows = GaugeMetricFamily(
        "rapport_messages", "Messages on their way, and what became of those of a day.", labels=["mode", "state"]
    )
    for (mode, state), number in messages_by_state().items():
        rows.add_metric([mode, state], number)
    yield rows

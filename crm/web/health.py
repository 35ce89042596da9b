"""Is the process up, and is everything it needs."""

from collections.abc import Callable
from datetime import timedelta

from celery import current_app
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse

from crm.kernel.workload import longest_wait

LATEST = timedelta(minutes=5)


def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """503 with the name of every part that fails; `oldest_due_seconds` is how long the oldest work has waited."""
    parts = {name: _works(check) for name, check in _CHECKS.items()}
    waited = longest_wait() if parts["database"] else timedelta(0)
    parts["worker"] = waited < LATEST
    failing = [name for name, works in parts.items() if not works]
    body = {
        "status": "ok" if not failing else "failing",
        "failing": failing,
        "oldest_due_seconds": round(waited.total_seconds()),
    }
    return JsonResponse(body, status=503 if failing else 200)


def _works(check: Callable[[], object]) -> bool:
    try:
        check()
    except Exception:
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)


def _cache() -> None:
    cache.set("readyz", 1, 10)


_CHECKS: dict[str, Callable[[], object]] = {"database": _database, "broker": _broker, "cache": _cache}

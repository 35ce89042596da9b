from collections.abc import Iterator
from uuid import UUID

from celery.schedules import crontab

from crm.kernel.jobs import in_chunks, job
from crm.kernel.models import JobRun
from crm.orders import services


@job("verify_purchases", every=crontab(hour=2, minute=50))
def verify_purchases(run: JobRun) -> Iterator[int]:
    """Nightly: what is kept of each customer's purchases against their orders. The outcome counts those mended."""

    def verify(after: str) -> tuple[str, int]:
        checked = services.verify_purchases(after=UUID(after) if after else None)
        run.outcome["mended"] = run.outcome.get("mended", 0) + checked.mended
        return str(checked.reached or ""), checked.number

    yield from in_chunks(run, verify)

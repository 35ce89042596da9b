from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

from crm.kernel.jobs import job, job_scope
from crm.kernel.models import JobRun
from crm.kernel.tenancy import Tenant
from crm.messaging.governor import rules_of_scope
from crm.messaging.selectors import tenants_with_due_messages
from crm.messaging.services.sending import Ways, deliver, give_back, rescue_abandoned, take_next


@job("send_outbox", every=timedelta(seconds=5))
def send_outbox(run: JobRun) -> Iterator[int]:
    """Send what is due, one tenant after the other. A provider that is down ends the run; the next tick tries again."""
    with closing(Ways()) as ways:
        for tenant in tenants_with_due_messages():
            yield from _send(run, tenant, ways)
            if ways.is_down:
                return


def _send(run: JobRun, tenant: Tenant, ways: Ways) -> Iterator[int]:
    """Each message in two steps: what the first has marked is committed before the second hands anything over."""
    with job_scope(run, tenant):
        rules, rescued = rules_of_scope(), rescue_abandoned()
    if rescued:
        yield rescued
    while not ways.is_down:
        with job_scope(run, tenant):
            taken = take_next(rules)
        if taken is None:
            return
        if taken.leaves:
            try:
                yield 0
            except GeneratorExit:
                # The run goes on elsewhere or later, and this message has not left.
                with job_scope(run, tenant):
                    give_back(taken.message)
                raise
            with job_scope(run, tenant):
                deliver(taken.message, ways, rules)
        yield 1

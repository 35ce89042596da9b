from collections.abc import Iterator
from datetime import timedelta

from crm.kernel.jobs import in_chunks, job
from crm.kernel.models import JobRun
from crm.nurturing.services import nurture_next


@job("run_sequences", every=timedelta(minutes=1))
def run_sequences(run: JobRun) -> Iterator[int]:
    """What is due in sequences, a thousand steps at a time; and leads of sequences that they enter by themselves."""
    yield from in_chunks(run, nurture_next)

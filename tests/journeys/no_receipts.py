"""Included by a worker process: what the kill test proves must fail with this."""

from crm.kernel import tasks
from tests.journeys.reactions import without_receipt

tasks._react = without_receipt

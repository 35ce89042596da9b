"""Included by a worker process: stretches the moment that kills are to hit."""

from crm.kernel import tasks
from tests.journeys.reactions import slowly

tasks._react = slowly

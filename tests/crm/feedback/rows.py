"""A row for each page of feedback in the back office, bearing a mark; its key."""

from typing import Any

from crm.feedback.models import Candidate
from crm.feedback.services import change_feedback_settings, write_taxonomy
from crm.kernel.clock import now, real_now
from tests.builders import a_customer
from tests.cast import World
from tests.crm.feedback.asked import an_answer


def an_answer_of(world: World, mark: str) -> Any:
    return an_answer(world, 3, real_now(), customer_id=a_customer(world, name=mark), comment=mark).pk


def settings_with(world: World, mark: str) -> Any:
    with world.scope():
        return change_feedback_settings(question=f"{mark}?").pk


def a_taxonomy(world: World, mark: str) -> Any:
    with world.scope():
        return write_taxonomy(themes=[{"name": mark, "words": {"en": {"keywords": [mark]}}}]).pk


def a_candidate(world: World, mark: str) -> Any:
    with world.scope():
        row = Candidate(language="en", term=mark, key=mark, documents=3, weight=1.0, found_at=now())
        row.save(force_insert=True)
    return row.pk

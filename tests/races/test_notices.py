"""Two notices of one person arrive at once: whoever has come to the higher number has seen the lower one."""

import threading
import time
from uuid import UUID

import pytest
from django.db import transaction

from crm.messaging.models import Communication, MessageState
from crm.messaging.selectors import newest_notice, notices_missed, notices_of
from crm.messaging.services import notices
from tests.builders import a_customer
from tests.cast import Cast, World
from tests.crm.messaging.notices import a_notice
from tests.races.together import together

pytestmark = pytest.mark.xdist_group("races")


def arrives(world: World, message: Communication, *, slowly: threading.Event | None = None) -> None:
    """As the sending service does; `slowly` is set once the number is given, and the end takes its time."""
    with world.scope(), transaction.atomic():
        given = notices.arrival_of(message)
        rows = Communication.objects.filter(pk=message.pk)
        rows.update(state=MessageState.SENT, sent_at=message.created_at, **given)
        if slowly is not None:
            slowly.set()
            time.sleep(0.5)


def missed(world: World) -> set[UUID]:
    """What a stream that goes on from number to number was never told."""
    ann = a_customer(world)
    slow, fast = (a_notice(world, ann, arrives=False) for _ in range(2))
    told: set[UUID] = set()
    is_under_way = threading.Event()

    def second() -> None:
        is_under_way.wait(5)
        arrives(world, fast)
        with world.scope():
            told.update(notices_of(ann).values_list("pk", flat=True))
            position = newest_notice(ann)
        time.sleep(0.7)
        with world.scope():
            told.update(notices_missed(ann, after=position) or [])

    for outcome in together(lambda: arrives(world, slow, slowly=is_under_way), second):
        assert outcome is None, outcome
    return {slow.pk, fast.pk} - told


def test_no_notice_is_overtaken(committed_cast: Cast) -> None:
    assert missed(committed_cast.acme) == set()


def test_without_the_lock_of_the_person_one_is(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "hold_names", lambda *_names: None)
    assert len(missed(committed_cast.acme)) == 1

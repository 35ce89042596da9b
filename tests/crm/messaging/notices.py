"""Notices to start from: messages that have arrived in somebody's app."""

from datetime import datetime
from uuid import UUID, uuid4

from django.utils import timezone

from crm.contacts.selectors import recipients_with
from crm.messaging.models import Communication, MessageState, Template
from crm.messaging.services.notices import arrival_of
from tests.cast import World
from tests.crm.messaging.letters import a_message, a_template, send, stored

KEY = "notice"


def a_notice(world: World, person: UUID, moment: datetime | None = None, *, arrives: bool = True) -> Communication:
    """One to that person, now unless said otherwise, sent as the job does; transactional, so no cap puts it off."""
    moment = moment or timezone.now()
    with world.scope():
        recipient = recipients_with([person])[person]
        there = Template.objects.filter(key=KEY).exists()
    if not there:
        a_template(world, KEY, channel="inapp", body="Dear {{ name }}", message_class="transactional")
    message = a_message(world, str(uuid4()), moment, template_key=KEY, recipient=recipient)
    if arrives:
        send(world, moment)
    return stored(world, message)


def a_standing_notice(world: World, person: UUID) -> Communication:
    """The same where the job cannot be run: inside a transaction of the test's own."""
    waiting, moment = a_notice(world, person, arrives=False), timezone.now()
    with world.scope():
        row = Communication.objects.filter(pk=waiting.pk)
        row.update(state=MessageState.SENT, sent_at=moment, **arrival_of(waiting))
    return stored(world, waiting)

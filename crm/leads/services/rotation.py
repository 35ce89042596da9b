"""Who gets the next lead."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from crm.contacts.errors import UnknownAssignee
from crm.kernel.events import record
from crm.kernel.locks import hold_names
from crm.kernel.transactions import atomic
from crm.leads.errors import InRotationAlready, TurnNotFound
from crm.leads.events import RotationChanged
from crm.leads.models import Turn
from crm.organisations.selectors import staff_of_organisation


def next_in_turn() -> UUID | None:
    """The colleague whose turn it is, who then is last; None when nobody takes part.

    Two captures at once wait for each other, so nobody gets two in a row while others are there.
    """
    if not Turn.objects.filter(is_paused=False).exists():
        return None
    hold_names("lead rotation")
    turn = Turn.objects.filter(is_paused=False, staff__is_active=True).order_by("last_turn", "id").first()
    if turn is None:
        return None
    highest = Turn.objects.aggregate(highest=Max("last_turn"))["highest"]
    turn.last_turn = highest + 1
    turn.save(update_fields=["last_turn"])
    staff_id: UUID = turn.staff_id
    return staff_id


@atomic
def join_rotation(*, staff_id: UUID) -> Turn:
    """Let a colleague take part; their first turn comes at once. Raises UnknownAssignee, InRotationAlready."""
    if not staff_of_organisation().filter(pk=staff_id, is_active=True).exists():
        raise UnknownAssignee
    turn = Turn(staff_id=staff_id)
    try:
        with transaction.atomic():
            turn.save(force_insert=True)
    except IntegrityError:
        raise InRotationAlready from None
    record(RotationChanged(turn_id=turn.pk, staff_id=staff_id, takes_part=True))
    return turn


@atomic
def pause_in_rotation(*, turn_id: UUID, paused: bool) -> Turn:
    """Raises TurnNotFound."""
    turn = _turn(turn_id)
    turn.is_paused = paused
    turn.save(update_fields=["is_paused"])
    record(RotationChanged(turn_id=turn.pk, staff_id=turn.staff_id, takes_part=not paused))
    return turn


@atomic
def leave_rotation(*, turn_id: UUID) -> None:
    """Raises TurnNotFound."""
    turn = _turn(turn_id)
    record(RotationChanged(turn_id=turn.pk, staff_id=turn.staff_id, takes_part=False))
    turn.delete()


def _turn(turn_id: UUID) -> Turn:
    turn = Turn.objects.for_update().filter(pk=turn_id).first()
    if turn is None:
        raise TurnNotFound
    return turn

from collections.abc import Collection

from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.messaging.events import MessagesWithdrawn
from crm.messaging.models import Communication, MessageState


@atomic
def withdraw_messages(*, causes: Collection[str], reason: str) -> int:
    """Messages of these causes that have not left are not sent any more; how many they were. One that a sender holds
    at this moment may go out; if it comes back, it is not tried again.
    """
    Communication.objects.filter(cause__in=causes, state=MessageState.SENDING).update(reason=reason)
    waiting = Communication.objects.for_update().filter(cause__in=causes, state=MessageState.QUEUED)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    if ids:
        Communication.objects.filter(pk__in=ids).update(
            state=MessageState.SKIPPED, reason=reason, claimed_until=None, sealed="", wrapped_key=""
        )
        record(MessagesWithdrawn(batch_id=ids[0], number=len(ids), reason=reason))
    return len(ids)

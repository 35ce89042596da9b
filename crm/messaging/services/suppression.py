from uuid import UUID

from crm.kernel.addresses import checked_email, checked_phone, email_key
from crm.kernel.changes import check_row
from crm.kernel.clock import now
from crm.kernel.errors import Invalid
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.messaging.errors import AlreadySuppressed, SuppressionNotFound
from crm.messaging.events import AddressSuppressed, SuppressionLifted
from crm.messaging.models import Channel, Reason, Suppression


@atomic
def suppress(
    *, channel: str, address: str, reason: str = Reason.BLACKLISTED, note: str = "", anew: bool = False
) -> Suppression:
    """Put an address on the list; one that is there for this reason already is left as it is, or with `anew` refused.

    Raises BadEmail or BadPhone on the field `address`, AlreadySuppressed, Invalid.
    """
    try:
        text, key = _normalised(channel, address)
    except Invalid as bad:
        raise type(bad)(field="address") from None
    entry = Suppression(channel=channel, address=text, key=key, reason=reason, note=note, created_at=now())
    check_row(entry)
    entry, created = Suppression.objects.get_or_create(
        channel=channel, key=key, reason=reason, defaults={"address": text, "note": note, "created_at": now()}
    )
    if anew and not created:
        raise AlreadySuppressed
    if created:
        record(AddressSuppressed(suppression_id=entry.id, channel=channel, reason=reason))
    return entry


@atomic
def lift_suppression(*, suppression_id: UUID) -> None:
    """Take an entry off the list. Raises SuppressionNotFound."""
    entry = Suppression.objects.for_update().filter(pk=suppression_id).first()
    if entry is None:
        raise SuppressionNotFound
    record(SuppressionLifted(suppression_id=entry.id, channel=entry.channel, reason=entry.reason))
    entry.delete()


def _normalised(channel: str, address: str) -> tuple[str, str]:
    if channel == Channel.PHONE:
        phone = checked_phone(address)
        return phone.text, phone.key
    email = checked_email(address)
    return email, email_key(email)

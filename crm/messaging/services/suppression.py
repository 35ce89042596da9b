from collections.abc import Iterable
from itertools import chain
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
from crm.messaging.selectors import mark_of


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


@atomic
def suppress_erased(*, emails: Iterable[str], phones: Iterable[str]) -> int:
    """In place of all entries about these addresses, given by their keys, one each that cannot be read: nobody is
    written to there, and no file brings the person back. Returns how many entries went.
    """
    kinds = {Channel.EMAIL: sorted(emails), Channel.PHONE: sorted(phones)}
    gone, _ = Suppression.objects.filter(key__in=list(chain(*kinds.values()))).delete()
    Suppression.objects.bulk_create(
        [
            Suppression(channel=kind, key=mark_of(key), reason=Reason.ERASED, created_at=now())
            for kind, keys in kinds.items()
            for key in keys
        ],
        ignore_conflicts=True,
    )
    return gone


@atomic
def welcome_back(*, email_key: str, phone_key: str) -> None:
    """Somebody who was erased comes again by themselves: they can be written to again."""
    marks = [mark_of(key) for key in (email_key, phone_key) if key]
    for entry in list(Suppression.objects.filter(key__in=marks, reason=Reason.ERASED)):
        lift_suppression(suppression_id=entry.pk)


def _normalised(channel: str, address: str) -> tuple[str, str]:
    if channel == Channel.PHONE:
        phone = checked_phone(address)
        return phone.text, phone.key
    email = checked_email(address)
    return email, email_key(email)

from django.db.models import Q

from crm.kernel.tenancy import ScopedQuerySet
from crm.messaging.errors import Suppressed
from crm.messaging.models import Channel, Reason, Suppression


def suppressions() -> ScopedQuerySet[Suppression]:
    return Suppression.objects.get_queryset()


def suppressions_of(*, email_key: str = "", phone_key: str = "") -> ScopedQuerySet[Suppression]:
    """Entries about either address, in its normalised form; an empty one is nobody's."""
    by_email = Q(channel=Channel.EMAIL, key=email_key) if email_key else Q(pk=None)
    by_phone = Q(channel=Channel.PHONE, key=phone_key) if phone_key else Q(pk=None)
    return suppressions().filter(by_email | by_phone)


def ensure_not_blacklisted(*, email_key: str = "", phone_key: str = "") -> None:
    """Raises Suppressed, on the field `email` or `phone`, when staff have blacklisted the address."""
    entry = suppressions_of(email_key=email_key, phone_key=phone_key).filter(reason=Reason.BLACKLISTED).first()
    if entry is not None:
        raise Suppressed(field=entry.channel)

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.errors import NotFound
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.organisations.errors import MerchantTaken
from crm.organisations.events import MerchantDefined
from crm.organisations.models import Merchant


@atomic
def define_merchant(*, merchant_id: UUID | None = None, **values: Any) -> Merchant:
    """A new merchant of the network, or a change of `merchant_id`. Raises NotFound, MerchantTaken, Invalid."""
    known = Merchant.objects.for_update().filter(pk=merchant_id).first() if merchant_id else None
    if merchant_id and known is None:
        raise NotFound
    merchant = known or Merchant(created_at=now())
    changes = apply_changes(merchant, values)
    check_row(merchant)
    try:
        with transaction.atomic():
            merchant.save()
    except IntegrityError:
        raise MerchantTaken from None
    if changes:
        record(MerchantDefined(merchant_id=merchant.id), changes=changes)
    return merchant

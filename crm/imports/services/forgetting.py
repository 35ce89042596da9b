from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce

from crm.imports.models import AT_WORK, UNDO_WITHIN, ImportRow
from crm.imports.selectors import imports
from crm.kernel.clock import now
from crm.kernel.tenancy import ScopedQuerySet
from crm.kernel.transactions import atomic

AT_ONCE = 5_000
# An import that is carried on writes until much later than it began.
_SURELY = UNDO_WITHIN + timedelta(days=1)


@atomic
def forget_rows() -> int:
    """Remove staged rows, and the former values in them, of imports that can be undone no longer, so many at once; how
    many went. The imports and their counts stay.
    """
    some = ImportRow.objects.filter(of__in=_past_undoing(now() - _SURELY))[:AT_ONCE]
    gone, _ = ImportRow.objects.filter(pk__in=list(some.values_list("pk", flat=True))).delete()
    return gone


def _past_undoing(moment: datetime) -> ScopedQuerySet[Any]:
    """Imports that began before `moment`, or were uploaded then and never began; none that is at work."""
    began = Coalesce("started_at", "created_at")
    return imports().annotate(began=began).filter(Q(began__lt=moment) & ~Q(state__in=AT_WORK))

"""How much room the files of a place may take. Whoever changes the rows of files changes this last: its lock makes one
wait for the other, and a count that is made under it misses nobody.
"""

from typing import Any

from django.conf import settings
from django.db.models import F, Sum
from django.db.models.functions import Greatest

from crm.files.errors import NoRoom
from crm.files.models import PictureVariant, StorageUse, StoredFile
from crm.kernel.tenancy import ScopedQuerySet


def take_room(size: int) -> None:
    """Raises NoRoom where `size` bytes more would be too many."""
    fits = settings.FILES_QUOTA - size
    if not _use().filter(used__lte=fits).update(used=F("used") + size):
        raise NoRoom


def take_room_in_any_case(size: int) -> None:
    """For what somebody has a right to, full or not."""
    _use().update(used=F("used") + size)


def give_room(size: int) -> None:
    _use().update(used=Greatest(F("used") - size, 0))


def recount_room() -> int:
    """Count anew what the files take; by how many bytes it was wrong."""
    use = _locked_use()
    counted = _sum_of(StoredFile.objects.all()) + _sum_of(PictureVariant.objects.all())
    wrong: int = abs(counted - use.used)
    if wrong:
        StorageUse.objects.filter(pk=use.pk).update(used=counted)
    return wrong


def _sum_of(rows: Any) -> int:
    return int(rows.aggregate(n=Sum("size"))["n"] or 0)


def _locked_use() -> StorageUse:
    return StorageUse.objects.for_update().get(pk__in=_use().values("pk"))


def _use() -> ScopedQuerySet[StorageUse]:
    rows = StorageUse.objects.get_queryset()
    if not rows.exists():
        StorageUse.objects.bulk_create([StorageUse()], ignore_conflicts=True)
    return rows

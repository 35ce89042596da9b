"""What nobody needs any more goes by itself: files that were never attached, and bytes without a row."""

from datetime import timedelta

from crm.files.models import StoredFile
from crm.files.selectors import known_among
from crm.files.services.deleting import remove
from crm.files.services.room import recount_room
from crm.files.storage import folders_behind, paths_in, remove_bytes, written_at
from crm.kernel.clock import now, real_now
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic

AT_ONCE = 200
# Bytes are written before their row: whose transaction is still open has none yet.
SURELY_OVER = timedelta(days=1)


@atomic
def forget_files() -> int:
    """Remove files whose time is over, so many at once; how many went. One that is being attached stays."""
    over = StoredFile.objects.for_update(skip_locked=True).filter(kept_until__lte=now())
    return remove(list(over.order_by("kept_until", "pk")[:AT_ONCE]), reason="kept long enough")


def sweep_bytes(*, after: str = "") -> tuple[str, int]:
    """Remove bytes without a row from the next folder behind `after`; which folder that was, and how many went. ""
    after the last one, when it is also counted anew how much room the files take.
    """
    tenant = current_scope().tenant
    folder = next(iter(folders_behind(tenant, after)), "")
    if not folder:
        _recount()
        return "", 0
    lying = list(paths_in(tenant, folder))
    known = known_among({file_id for file_id, _path in lying if file_id})
    stray = [path for file_id, path in lying if file_id not in known and _is_old(path)]
    remove_bytes(*stray)
    return folder, len(stray)


@atomic
def _recount() -> None:
    recount_room()


def _is_old(path: str) -> bool:
    try:
        return written_at(path) < real_now() - SURELY_OVER
    except FileNotFoundError:
        return False

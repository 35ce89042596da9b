"""How often one-time codes are asked for and made, in live mode (where-they-meet.md, "Once-codes").

What was asked is counted in the request, alike for known and unknown people; what would go to one address is counted
once more where the code is made, for there are several things by which to ask for one person.
"""

from datetime import timedelta
from typing import Any, NamedTuple

from crm.contacts.errors import CodesTooOften
from crm.contacts.events import SignInSettingsChanged
from crm.contacts.models import SignInSettings
from crm.contacts.selectors import sign_in_settings
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.counters import count
from crm.kernel.events import record
from crm.kernel.sealing import blind_index
from crm.kernel.tenancy import Mode, current_scope
from crm.kernel.transactions import atomic

BETWEEN, HOUR, DAY = timedelta(seconds=30), timedelta(hours=1), timedelta(days=1)
PER_HOUR, PER_DAY = 5, 10


class _Limit(NamedTuple):
    name: str
    most: int
    within: timedelta


def ensure_code_may_be_asked(*, asked: str, address: str) -> None:
    """Count one request for a code. To be called outside any transaction. Raises CodesTooOften."""
    if current_scope().tenant.mode == Mode.TEST:
        return
    settings = sign_in_settings()
    _count(
        (asked, _Limit("between", 1, BETWEEN)), (asked, _Limit("hour", PER_HOUR, HOUR)),
        (asked, _Limit("day", PER_DAY, DAY)), (address, _Limit("from", settings.codes_per_address, HOUR)),
        ("", _Limit("all", settings.codes_per_hour, HOUR)),
    )  # fmt: skip


def may_be_sent(*, channel: str, address: str) -> bool:
    """Whether one more code may go to this address; counts it."""
    if current_scope().tenant.mode == Mode.TEST:
        return True
    to = blind_index(f"{channel}:{address.lower()}", purpose="once_code.address")
    try:
        _count((to, _Limit("sent-hour", PER_HOUR, HOUR)), (to, _Limit("sent-day", PER_DAY, DAY)))
    except CodesTooOften:
        return False
    return True


@atomic
def change_sign_in_settings(**values: Any) -> SignInSettings:
    """Set how many codes go out; what nobody has set keeps its default. Raises Invalid."""
    settings = SignInSettings.objects.for_update().first() or SignInSettings()
    changes = apply_changes(settings, values)
    check_row(settings)
    if changes:
        settings.save()
        record(SignInSettingsChanged(sign_in_settings_id=settings.id), changes=changes)
    return settings


def _count(*limits: tuple[str, _Limit]) -> None:
    tenant = current_scope().tenant
    for of, limit in limits:
        key = f"code:{limit.name}:{tenant.organisation_id}:{of}"
        number, left = count(key[:250], lasts=limit.within)
        if number > limit.most:
            raise CodesTooOften(retry_after=max(1, int(left.total_seconds())))

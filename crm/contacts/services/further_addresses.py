"""Addresses of those who were merged, kept beside the winner's own; of people and of leads."""

from collections.abc import Iterable, Mapping
from typing import Any

from crm.contacts.models import KeptAddress, Provider
from crm.kernel.clock import now
from crm.kernel.merging.records import MergeRecord
from crm.kernel.merging.snapshots import watched

Addresses = Mapping[tuple[str, str], str]


def addresses_of(rows: Iterable[Any]) -> Addresses:
    """Everybody's addresses as they are written, by channel and key."""
    people = list(rows)
    emails = {(str(Provider.EMAIL), row.email_key): row.email for row in people if row.email_key}
    return emails | {(str(Provider.PHONE), row.phone_key): row.phone for row in people if row.phone_key}


def keep_addresses(merge: MergeRecord, table: type[KeptAddress], winner: Any, addresses: Addresses) -> None:
    """Every address that is not the winner's own goes into `table`, whose key to the winner is called as they are."""
    kept: Any = table
    whose = {winner._meta.model_name: winner}
    known = set(kept.objects.filter(**whose).values_list("channel", "key"))
    known |= {(Provider.EMAIL, winner.email_key), (Provider.PHONE, winner.phone_key)}
    more = [
        kept(**whose, channel=channel, value=value, key=key, created_at=now())
        for (channel, key), value in addresses.items()
        if (channel, key) not in known
    ]
    if more:
        with watched(merge, kept, [address.pk for address in more]):
            kept.objects.bulk_create(more)

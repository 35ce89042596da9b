"""A person's device that a site's Wi-Fi lets in (s2 §B3): one at a time, until they sign out or a day is over."""

from typing import Protocol
from uuid import UUID

from crm.contacts.errors import ContactNotFound, DeviceElsewhere
from crm.contacts.events import WifiAuthorised, WifiEnded
from crm.contacts.models import WifiAuthorisation
from crm.contacts.models.sign_in import WIFI_LASTS
from crm.contacts.selectors import active_customers
from crm.contacts.services.contacts import locked_contact
from crm.contacts.services.identities import mac_address
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic


class WifiGateway(Protocol):
    """What lets devices into a site's network; called inside the transaction that records it, and so to queue work."""

    def let_in(self, authorisation: WifiAuthorisation) -> None: ...

    def shut_out(self, authorisation: WifiAuthorisation) -> None: ...


class RecordOnly:
    """No network is attached: that somebody is let in is written down, and whoever runs one reads it there."""

    def let_in(self, authorisation: WifiAuthorisation) -> None:
        """Nothing but the row."""

    def shut_out(self, authorisation: WifiAuthorisation) -> None:
        """Nothing but the row."""


_gateway: WifiGateway = RecordOnly()


def register_gateway(gateway: WifiGateway) -> None:
    """Say, at start, what lets devices in."""
    global _gateway
    _gateway = gateway


@atomic
def authorise_wifi(*, contact_id: UUID, mac: str, estimation_id: str, site_id: str) -> WifiAuthorisation:
    """Let a device in for a day, or for another one. Raises ContactNotFound, DeviceElsewhere, Invalid."""
    contact = locked_contact(contact_id)
    if not active_customers().filter(pk=contact.pk).exists():
        raise ContactNotFound
    mac = mac_address(mac)
    row = WifiAuthorisation.objects.filter(contact=contact, ended_at=None).first()
    if row is not None and row.expires_at <= now():
        _end(row)
        row = None
    if row is not None and row.mac_address != mac:
        raise DeviceElsewhere
    row = row or WifiAuthorisation(contact=contact, mac_address=mac, created_at=now())
    row.estimation_id, row.site_id, row.expires_at = estimation_id, site_id, now() + WIFI_LASTS
    row.save()
    _gateway.let_in(row)
    record(WifiAuthorised(contact_id=contact.pk, wifi_authorisation_id=row.pk))
    return row


@atomic
def end_wifi(*, contact_id: UUID) -> None:
    """Whatever device of theirs is let in is let in no more."""
    for row in WifiAuthorisation.objects.for_update().filter(contact_id=contact_id, ended_at=None):
        _end(row)


def _end(row: WifiAuthorisation) -> None:
    row.ended_at = min(now(), row.expires_at)
    row.save(update_fields=["ended_at"])
    _gateway.shut_out(row)
    record(WifiEnded(contact_id=row.contact_id, wifi_authorisation_id=row.pk))

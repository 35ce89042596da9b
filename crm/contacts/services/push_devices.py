"""The devices on which members have the app, for messages that are pushed to them."""

from uuid import UUID

from crm.contacts.errors import PushDeviceNotFound, TooManyDevices
from crm.contacts.events import DeviceRegistered, DeviceRemoved
from crm.contacts.models import PushDevice
from crm.contacts.models.push_device import MOST_DEVICES
from crm.contacts.services.contacts import locked_contact
from crm.kernel.changes import check_row
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.locks import hold_names
from crm.kernel.sealing import new_wrapped_key, seal
from crm.kernel.transactions import atomic


@atomic
def register_device(
    *, contact_id: UUID, serial_number: str, registration_type: str, registration_token: str
) -> PushDevice:
    """Messages of this member are pushed to the device from now on, by this token. A device is in one hand at a time:
    one that somebody else has registered is theirs no more.

    Raises ContactNotFound, TooManyDevices, Invalid.
    """
    contact = locked_contact(contact_id)
    hold_names(f"push-device:{serial_number}")
    device = PushDevice.objects.for_update().filter(serial_number=serial_number).first()
    former = device.contact_id if device else None
    if former != contact.pk:
        if PushDevice.objects.filter(contact=contact).count() >= MOST_DEVICES:
            raise TooManyDevices
        if device and former:
            record(DeviceRemoved(contact_id=former, push_device_id=device.pk))
    device = device or PushDevice(serial_number=serial_number, created_at=now())
    device.contact, device.registration_type, device.registered_at = contact, registration_type, now()
    device.wrapped_key = new_wrapped_key()
    device.sealed_token = seal(device.wrapped_key, registration_token, context=device.seal_context)
    check_row(device, exclude=("contact",))
    device.save()
    record(DeviceRegistered(contact_id=contact.pk, push_device_id=device.pk))
    return device


@atomic
def remove_device(*, contact_id: UUID, serial_number: str) -> None:
    """Nothing is pushed to it any more. Raises PushDeviceNotFound, for somebody else's too."""
    device = PushDevice.objects.for_update().filter(contact_id=contact_id, serial_number=serial_number).first()
    if device is None:
        raise PushDeviceNotFound
    record(DeviceRemoved(contact_id=contact_id, push_device_id=device.pk))
    device.delete()

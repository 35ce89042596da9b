from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.errors import NotFound
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.organisations.errors import BadCustomField, CustomFieldExists
from crm.organisations.events import CustomFieldDefined, CustomFieldRemoved
from crm.organisations.models import CustomField, FieldKind


@atomic
def define_custom_field(*, field_id: UUID | None = None, **values: Any) -> CustomField:
    """Define a custom field, or change the definition `field_id`. Values stored before are left as they are.

    Raises BadCustomField, CustomFieldExists, Invalid, NotFound.
    """
    field = CustomField(created_at=now()) if field_id is None else _locked(field_id)
    changes = apply_changes(field, values)
    check_row(field)
    if field.kind == FieldKind.CHOICE and not field.choices:
        raise BadCustomField("List at least one choice.", field="choices")
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        raise BadCustomField("The least value is above the greatest.", field="minimum")
    try:
        with transaction.atomic():
            field.save()
    except IntegrityError:
        raise CustomFieldExists from None
    record(CustomFieldDefined(custom_field_id=field.id), changes=changes)
    return field


@atomic
def remove_custom_field(*, field_id: UUID) -> None:
    """Forget a definition; the values stay and are from now on like any undefined key. Raises NotFound."""
    field = _locked(field_id)
    record(CustomFieldRemoved(custom_field_id=field.id), changes={"key": (field.key, None)})
    field.delete()


def _locked(field_id: UUID) -> CustomField:
    field = CustomField.objects.for_update().filter(pk=field_id).first()
    if field is None:
        raise NotFound
    return field

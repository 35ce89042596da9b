"""Customers from files: what columns mean, and how a row is read and found (crm/imports/nouns.py)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.contacts.errors import AddressMissing, UnknownAssignee
from crm.contacts.models import Contact
from crm.contacts.services.import_undoing import undo_imported
from crm.contacts.services.importing import TRADE, CustomerReading, customer_maker, write_imported
from crm.imports.custom_values import custom_reader
from crm.imports.nouns import Batch, Field, Noun, Read, Refused, Undoing, Written, register
from crm.imports.values import colleagues, id_in, number_in, one_of
from crm.kernel.errors import Invalid, Message

_PERSON = {"name": "name", "email": "email", "phone": "phone", "company": "company_name"}
_EXTERNAL_ID = "external_id"


class CustomerNoun(Noun):
    name: ClassVar[str] = "customers"
    label: ClassVar[Message] = _("Customers")
    grant: ClassVar[str] = "auth:members:write"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("id", _("Id"), ("customer id",)),
        Field("name", _("Name"), ("full name", "customer", "customer name")),
        Field("email", _("E-mail"), ("email address", "e mail address", "mail")),
        Field("phone", _("Phone"), ("phone number", "telephone", "mobile", "tel")),
        Field("company", _("Company"), ("company name", "organisation", "organization")),
        Field("type", _("Type"), ("customer type",)),
        Field("status", _("Status")),
        Field("billing_address", _("Billing address"), ("address", "invoice address")),
        Field("shipping_address", _("Shipping address"), ("delivery address",)),
        Field("payment_terms", _("Payment terms"), ("terms",)),
        Field("credit_limit", _("Credit limit")),
        Field("tax_id", _("Tax id"), ("vat number", "vat id", "tax number")),
        Field("notes", _("Notes"), ("note", "comment", "comments")),
        Field("assigned_to", _("Looked after by"), ("owner", "account manager", "assignee")),
        Field("external_id", _("External id"), ("external reference", "crm id")),
    )
    match_keys: ClassVar[tuple[str, ...]] = ("email", "phone", "id", "external_id")
    # The rest of our own export; a customer's lead is not chosen by a file.
    ignored: ClassVar[frozenset[str]] = frozenset({"project_id", "lead_id", "createdat", "updatedat"})

    written_as: ClassVar[Mapping[str, str]] = {
        "company_name": "company", "first_name": "name", "last_name": "name", "assigned_to_id": "assigned_to",
    }  # fmt: skip

    def reader(self) -> Read:
        custom = custom_reader()
        staff = colleagues()
        new_customer = customer_maker()

        def read(texts: Mapping[str, str], given: Mapping[str, Any]) -> CustomerReading:
            person = {field: texts[column] for column, field in _PERSON.items() if column in texts}
            trade = _trade(texts, staff)
            external = {_EXTERNAL_ID: texts[_EXTERNAL_ID]} if _EXTERNAL_ID in texts else {}
            values = custom({**given, **external})
            return CustomerReading(id_in(texts), new_customer(person, trade, values), person, trade, values)

        return read

    def key_of(self, field: str, reading: CustomerReading) -> str:
        if field == "id":
            return reading.id
        if field == "external_id":
            return str(reading.custom.get(_EXTERNAL_ID, ""))
        key: str = getattr(reading.customer.contact, f"{field}_key")
        return key

    def find(self, field: str, keys: Collection[str]) -> Mapping[str, Sequence[UUID]]:
        path = {"id": "id", "external_id": f"custom_fields__{_EXTERNAL_ID}"}.get(field, f"{field}_key")
        contacts = Contact.objects.filter(deleted_at=None, customer__deleted_at=None, customer__isnull=False)
        found: dict[str, list[UUID]] = defaultdict(list)
        for pk, key in contacts.filter(**{f"{path}__in": list(keys)}).values_list("pk", path):
            found[str(key)].append(pk)
        return found

    def lacking(self, reading: CustomerReading) -> Refused | None:
        if reading.customer.contact.is_reachable:
            return None
        return Refused("email", AddressMissing.message)

    def write(self, batch: Batch) -> Mapping[int, Written | Refused]:
        return write_imported(batch)

    def undo(self, rows: Sequence[Undoing]) -> Mapping[int, Message]:
        return undo_imported(rows)


def _trade(texts: Mapping[str, str], staff: Mapping[str, UUID]) -> dict[str, Any]:
    """Raises Invalid, UnknownAssignee."""
    trade: dict[str, Any] = {name: texts[name] for name in TRADE if name in texts}
    for choice in {"type", "status"} & trade.keys():
        trade[choice] = trade[choice].lower()
    if "credit_limit" in trade:
        trade["credit_limit"] = _amount(trade["credit_limit"])
    if "assigned_to" in texts:
        trade["assigned_to_id"] = one_of(staff, texts["assigned_to"], UnknownAssignee)
    return trade


def _amount(text: str) -> Decimal:
    amount = number_in(text)
    if amount is None:
        raise Invalid(_("Enter a number."), field="credit_limit")
    return amount


register(CustomerNoun())

"""How a person is written: the one place that keeps names, addresses and their normalised forms in step.

Every service that writes a contact goes through `write_person`, whichever API or screen the values came from.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypedDict

from django.core.exceptions import ValidationError

from crm.contacts.errors import AddressMissing, NameMissing
from crm.contacts.models import Contact, Kind
from crm.contacts.models.contact import no_control_characters
from crm.contacts.services.consent_entries import TOPICS, ensure_withdrawable, set_consents
from crm.kernel.actors import ActorKind
from crm.kernel.addresses import Phone, checked_email, checked_phone, email_key
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.errors import Complaint, Invalid
from crm.kernel.tenancy import scope_or_none
from crm.organisations.custom_fields import merged_custom_fields

LONGEST_PART, LONGEST_COMPANY = 100, 200


class PersonValues(TypedDict, total=False):
    """What may be written of a contact; a key that is absent leaves its field alone.

    `name` is a whole name (s0, s4), the other name fields its parts (s2). None clears a field. `custom_fields` are
    merged key by key, None clearing a key.
    """

    name: str
    title: str
    first_name: str
    middle_name: str
    last_name: str
    company_name: str
    email: str | None
    phone: str | Phone | None
    language: str
    gender: str | None
    date_of_birth: date | None
    name_day_month: int | None
    name_day_day: int | None
    category_id: str
    is_tax_exempt: bool
    email_opt_out: bool
    sms_opt_out: bool
    consent_state: str
    country_of_agreement: str
    custom_fields: dict[str, Any]
    source: str


KEPT_ELSEWHERE = ("search", "words", "created_at", "updated_at")
_NAME_PARTS = ("first_name", "middle_name", "last_name", "company_name")
_OWN_RULES = {"name", "email", "phone", "custom_fields", *_NAME_PARTS, *TOPICS}
_NULLABLE = {"date_of_birth", "name_day_month", "name_day_day"}


def check_contact(contact: Contact) -> None:
    """Raises Invalid."""
    check_row(contact, exclude=KEPT_ELSEWHERE)


def write_person(
    contact: Contact, values: Mapping[str, Any], *, check: Callable[[Contact], None] = check_contact
) -> dict[str, tuple[Any, Any]]:
    """Set `values` on the contact, unsaved; returns what changed as `{field: (before, after)}`.

    Raises NotAccepted, Invalid, BadEmail, BadPhone, BadCustomValue with every complaint on its field.
    """
    plain = {
        field: "" if value is None and field not in _NULLABLE else value
        for field, value in values.items()
        if field not in _OWN_RULES
    }
    changes = apply_changes(contact, {**plain, **_addresses(values), **_custom_fields(contact, values)})
    # Staff write down what they were told, which may be about what was accepted on paper.
    if _is_by_a_member():
        ensure_withdrawable(contact, values)
    changes |= set_consents(contact, values)
    changes |= _write_name(contact, values)
    if "email" in changes:
        contact.email_is_claimed = _is_by_a_member()
    check(contact)
    return {field: change for field, change in changes.items() if not field.endswith("_key")}


def ensure_reachable(contact: Contact) -> None:
    """Raises AddressMissing when neither an e-mail address nor a phone is left."""
    if not contact.is_reachable:
        raise AddressMissing


def ensure_named(contact: Contact) -> None:
    if not contact.name:
        raise NameMissing


def _is_by_a_member() -> bool:
    scope = scope_or_none()
    return scope is not None and scope.actor.kind == ActorKind.MEMBER


def _addresses(values: Mapping[str, Any]) -> dict[str, str]:
    addresses: dict[str, str] = {}
    if "email" in values:
        email = checked_email(values["email"]) if values["email"] else ""
        addresses |= {"email": email, "email_key": email_key(email)}
    if "phone" in values:
        phone = _phone(values["phone"])
        addresses |= {"phone": phone.text, "phone_key": phone.key}
    return addresses


def _phone(given: str | Phone | None) -> Phone:
    if isinstance(given, Phone):
        return given
    return checked_phone(given) if given and given.strip() else Phone("", "", "")


def _custom_fields(contact: Contact, values: Mapping[str, Any]) -> dict[str, Any]:
    if "custom_fields" not in values:
        return {}
    return {"custom_fields": merged_custom_fields(contact.custom_fields, values["custom_fields"] or {})}


def _write_name(contact: Contact, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """A whole name is cut into parts, parts are joined to a whole name; a company shows its company's name."""
    before = contact.name
    parts = {part: (values[part] or "").strip() for part in _NAME_PARTS if part in values}
    whole = (values.get("name") or "").strip()
    renamed = "name" in values and whole != before
    was_company = contact.is_company
    # A company's name is what it is called, unless both are sent: then somebody of that company is meant.
    of_company = was_company and parts.get("company_name", whole) == whole
    if renamed:
        _check_whole(whole, LONGEST_COMPANY if of_company else LONGEST_PART)
        parts |= {"company_name": whole} if of_company else _cut(whole)
    changes = apply_changes(contact, parts)
    personal = [contact.first_name, contact.middle_name, contact.last_name]
    contact.kind = Kind.COMPANY if contact.company_name and not any(personal) else Kind.PERSON
    if renamed:
        contact.name = whole
    elif not changes.keys() <= {"company_name"} or ((was_company or contact.is_company) and changes):
        contact.name = " ".join(filter(None, personal)) or contact.company_name
    return changes | ({"name": (before, contact.name)} if contact.name != before else {})


def _check_whole(name: str, longest: int) -> None:
    """What is wrong with a whole name is told of the name, not of the parts it would be cut into."""
    try:
        no_control_characters(name)
    except ValidationError as problem:
        raise Invalid(complaints=[Complaint("name", problem.message)]) from None
    if any(len(part) > longest for part in (name.rpartition(" ")[::2] if longest == LONGEST_PART else [name])):
        raise Invalid(complaints=[Complaint("name", f"A name, first or last, has at most {longest} characters.")])


def _cut(name: str) -> dict[str, str]:
    """The last word is the family name; one word is a first name (where-they-meet.md, "One person")."""
    first, _, last = name.rpartition(" ")
    first, last = (first.rstrip(), last) if first.strip() else (name, "")
    return {"first_name": first, "middle_name": "", "last_name": last}

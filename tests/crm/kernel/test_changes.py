"""Before and after, and the model's own checks as a domain error."""

from datetime import date
from decimal import Decimal

import pytest

from crm.contacts.models import Contact, Customer
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.errors import Invalid


def test_only_what_differs_is_a_change() -> None:
    contact = Contact(title="Dr", language="en")
    assert apply_changes(contact, {"title": "Dr", "language": "de"}) == {"language": ("en", "de")}
    assert (contact.title, contact.language) == ("Dr", "de")


def test_what_is_not_given_stays() -> None:
    contact = Contact(title="Dr")
    assert apply_changes(contact, {}) == {}
    assert contact.title == "Dr"


def test_null_and_empty_are_values_too() -> None:
    contact = Contact(date_of_birth=date(2000, 1, 2), custom_fields={"a": 1})
    changes = apply_changes(contact, {"date_of_birth": None, "custom_fields": {}})
    assert changes == {"date_of_birth": (date(2000, 1, 2), None), "custom_fields": ({"a": 1}, {})}


def test_equal_amounts_are_no_change_however_they_are_written() -> None:
    assert apply_changes(Customer(credit_limit=Decimal("5.0000")), {"credit_limit": Decimal("5")}) == {}


def test_a_field_that_does_not_exist_is_a_fault_of_ours() -> None:
    with pytest.raises(AttributeError):
        apply_changes(Contact(), {"shoe_size": 42})


def contact(**values: object) -> Contact:
    return Contact(created_at="2024-01-01T00:00Z", updated_at="2024-01-01T00:00Z", **values)


def test_every_complaint_names_its_field() -> None:
    with pytest.raises(Invalid) as refusal:
        check_row(contact(gender="x", language="x" * 11, name_day_month=13), exclude=("search", "words"))
    assert {complaint.field for complaint in refusal.value.complaints} == {"gender", "language", "name_day_month"}
    assert all(complaint.message for complaint in refusal.value.complaints)


def test_a_right_row_passes_though_its_tenant_is_not_known_yet() -> None:
    check_row(contact(gender="female"), exclude=("search", "words"))


def test_what_is_excluded_is_not_looked_at() -> None:
    check_row(contact(gender="x"), exclude=("search", "words", "gender"))

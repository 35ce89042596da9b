"""What is refused when one record is made is refused in a file, at the same field, and nothing else is."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from crm.contacts.services import create_customer
from crm.imports.models import Import
from crm.imports.services import import_file
from crm.kernel.addresses import BadPhone, checked_phone, kept_phone
from crm.kernel.clock import now
from crm.kernel.errors import DomainError
from crm.leads.services import capture_lead
from crm.organisations.models import CustomField
from tests.cast import World
from tests.crm.imports.files import csv_file, told

PLAIN = ["", "tab\there", "bell\x07", "two\nlines", "\u2028", "\u00ad", "\u202e", "\x7f", "'quoted", "日本" * 50, "Ａ"]
NAMES = [*PLAIN, "A" * 100, "A" * 101, "A" * 201, "A" * 202, f"{'A' * 100} {'B' * 100}", f"{'A' * 100} {'B' * 101}"]
EMAILS = ["a@x.y", "a@x", "@", "a@b@example.com", "a b@example.com", "zoë@example.com", "a@exämple.com",
          "x" * 64 + "@example.com", "x" * 300 + "@example.com", "a@" + "b" * 63 + ".com", "a@" + "b" * 64 + ".com",
          "a@" + ".".join(["b" * 60] * 4) + ".com", "a@" + ".".join(["b" * 61] * 4) + ".com", '"a b"@example.com',
          "a@[127.0.0.1]", "a@localhost", "A@EXAMPLE.COM", "a\n@example.com", "\x07@example.com", ".a@example.com",
          "a@-x.com"]  # fmt: skip
PHONES = ["123", "+35799123456", "0035799123456", "++357", "+", "+0123456789", "tel", "+44 (0)20 7946 0958", "5551234",
          "+999123456789", "1234567890123456", "+1-800-FLOWERS", "٠١٢٣٤٥٦٧٨٩", "99 123 456 ext 5", "+39 06 698 1234",
          "(0", "+1", "+3579912345678901", "00000000", "+882 16 5123456", "+87012345678", "+4400207946095"]  # fmt: skip
COMPANIES = [*PLAIN, "B" * 200, "B" * 201]
NOTES = ["n" * 10_000, "n" * 10_001, "two\nlines", "bell\x07"]
SCORES = ["0", "100", "100.01", "-1", "5.555", "1e1", "1e5", "99.99", "٥", "1_0", "0.001", "-0"]
OWN = ["44", "x", "4.5", "t" * 10_001, "true"]
LEAD_CASES = {
    "name": NAMES, "email": EMAILS, "phone": PHONES, "company": COMPANIES, "notes": NOTES, "score": SCORES, "size": OWN,
    "source": ["website", "Website", "hot", "x" * 300], "status": ["Qualified", "won", "converted", "hot"],
}  # fmt: skip
CUSTOMER_CASES = {
    "name": NAMES, "email": EMAILS, "phone": PHONES, "company": COMPANIES, "notes": NOTES, "size": OWN,
    "type": ["business", "Business", "other"], "status": ["active", "blocked", "gone"],
    "billing_address": ["x" * 500, "x" * 501, "two\nlines"], "shipping_address": ["x" * 501],
    "payment_terms": ["x" * 100, "x" * 101], "tax_id": ["x" * 64, "x" * 65],
    "credit_limit": ["0", "-1", "1e30", "12.50", "1.123456789", "1e3"],
}  # fmt: skip
NUMBERS, LOWERED = {"score", "credit_limit"}, {"source", "status", "type"}
CALLED = {"company_name": "company", "manual_score": "score"}


def rows_of(cases: Mapping[str, list[str]]) -> list[dict[str, str]]:
    """A good row, with one cell that is good or not: every second time in both ways around others of its kind."""
    rows = [{field: text} for _twice in range(2) for field, texts in cases.items() for text in texts]
    return [{"name": "Ann", "email": f"row{at}@example.com", **row} for at, row in enumerate(rows)]


def as_sent(row: Mapping[str, str], company: str) -> dict[str, Any]:
    """The row as somebody would send it alone; blank cells are not there."""
    texts = {field: text.strip() for field, text in row.items() if text.strip()}
    values: dict[str, Any] = {}
    for field, text in texts.items():
        if field == "size":
            values["custom_fields"] = {"size": int(text) if text.isdigit() else text}
        elif field in NUMBERS:
            values[field] = Decimal(text)
        else:
            values[company if field == "company" else field] = text.lower() if field in LOWERED else text
    return values


def complaint(make: Callable[..., Any], values: Mapping[str, Any]) -> str:
    """The field that the service complains about first, as the file calls it; "" when it takes the values."""
    try:
        with transaction.atomic():
            make(**values)
            transaction.set_rollback(True)
    except DomainError as error:
        field = error.complaints[0].field
        return CALLED.get(field, field).removeprefix("custom_fields.")
    return ""


@pytest.mark.parametrize(
    ("noun", "make", "cases", "company"),
    [("leads", capture_lead, LEAD_CASES, "company"), ("customers", create_customer, CUSTOMER_CASES, "company_name")],
)
def test_a_row_is_refused_where_the_service_refuses_it(
    acme: World, noun: str, make: Any, cases: Any, company: str
) -> None:
    rows, header = rows_of(cases), list(cases)
    with acme.scope():
        CustomField.objects.create(key="size", label="Size", kind="integer", created_at=now())
        expected = [complaint(make, as_sent(row, company)) for row in rows]
        cells = [[row.get(field, "") for field in header] for row in rows]
        done = import_file(noun=noun, file=csv_file(*cells, header=header), file_name="nasty.csv")
        assert Import.objects.get(pk=done.pk).total == len(rows)
    fields = {number: field for number, outcome, field, _message in told(acme, done) if outcome == "error"}
    same = {number for number, outcome, *_rest in told(acme, done) if outcome == "skipped"}
    wrong = {
        tuple(cells[at]): (expected[at], fields.get(at + 2, ""))
        for at in range(len(rows))
        if at + 2 not in same and expected[at] != fields.get(at + 2, "")
    }
    assert wrong == {}
    assert len(set(expected)) > 5, "the corpus refuses too little to show anything"


@pytest.mark.parametrize("text", PHONES)
def test_a_kept_number_is_read_as_it_was_written(text: str) -> None:
    try:
        written = checked_phone(text)
    except BadPhone:
        return
    assert kept_phone(written.text) == written

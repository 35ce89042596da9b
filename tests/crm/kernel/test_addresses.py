"""E-mail addresses and phone numbers (where-they-meet.md, "Search, phones, CSV, S3 links")."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.kernel.addresses import (
    BadEmail,
    BadPhone,
    Phone,
    checked_email,
    checked_phone,
    email_key,
    kept_phone,
    phone_from_digits,
    phone_key,
)

LABEL = "b" * 60


@pytest.mark.parametrize(
    ("written", "kept"),
    [("ann@example.com", "ann@example.com"), (" Ann@Example.COM\n", "Ann@Example.COM"),
     ("o'brien+news@example.co.uk", "o'brien+news@example.co.uk"), ("ann@xn--mller-kva.example", None)],
)  # fmt: skip
def test_an_email_is_kept_as_written_but_trimmed(written: str, kept: str | None) -> None:
    assert checked_email(written) == (kept or written)


@pytest.mark.parametrize(
    "written",
    ["", " ", "ann", "ann@", "@example.com", "ann@example", "ann@@example.com", "ann lee@example.com",
     "ann@ex ample.com", "ann@example..com", "ann@-example.com", "ann@example.com\0",
     "ann@example.com\nBcc: bob@example.com"],
)  # fmt: skip
def test_what_is_no_email_is_refused_on_its_field(written: str) -> None:
    with pytest.raises(BadEmail) as refusal:
        checked_email(written)
    assert refusal.value.field == "email"


def test_the_longest_email_has_254_characters() -> None:
    longest = f"a@{LABEL}.{LABEL}.{LABEL}.{LABEL}.example"
    longest = "a" * (254 - len(longest)) + longest
    assert checked_email(longest) == longest
    with pytest.raises(BadEmail):
        checked_email(f"a{longest}")


def test_emails_are_compared_trimmed_and_without_case() -> None:
    assert email_key("  Ann@EXAMPLE.com ") == email_key("ann@example.com") == "ann@example.com"
    assert email_key("ann@example.com") != email_key("anne@example.com")


@pytest.mark.parametrize(
    ("written", "text", "national"),
    [("+1234567890", "+1234567890", "234567890"), ("+357 99 123834", "+35799123834", "99123834"),
     ("+1 (555) 123.4567", "+15551234567", "5551234567"), ("+44 (0)20 7946-0018", "+442079460018", "2079460018"),
     ("+390612345678", "+390612345678", "0612345678"), ("  +35799123834\t", "+35799123834", "99123834")],
)  # fmt: skip
def test_a_number_with_a_country_is_kept_in_e164(written: str, text: str, national: str) -> None:
    assert checked_phone(written) == Phone(text=text, key=text.removeprefix("+"), national=national)


@pytest.mark.parametrize(
    ("written", "digits"),
    [("1234567", "1234567"), ("(555) 123-4567", "5551234567"), ("99/12 38.34", "99123834"),
     ("00357 99123834", "0035799123834"), ("+999123456789", "999123456789")],
)  # fmt: skip
def test_a_number_without_a_known_country_is_kept_as_digits(written: str, digits: str) -> None:
    assert checked_phone(written) == Phone(text=digits, key=digits, national=digits)


@pytest.mark.parametrize(("written", "region"), [("99123834", "CY"), ("+35799123834", "CY"), ("+35799123834", "US")])
def test_a_region_reads_numbers_written_without_a_country(written: str, region: str) -> None:
    assert checked_phone(written, region=region) == Phone("+35799123834", "35799123834", "99123834")


@pytest.mark.parametrize("digits", [7, 8, 14, 15])
@pytest.mark.parametrize("plus", ["", "+999"])
def test_seven_to_fifteen_digits_are_a_number(digits: int, plus: str) -> None:
    written = (plus + "1" * 15)[: digits + bool(plus)]
    assert len(checked_phone(written).key) == digits


@pytest.mark.parametrize("written", ["123456", "+123456", "1" * 16, "+" + "1" * 16, "12-34-56", "", "+", "  ", "()-"])
def test_fewer_or_more_digits_are_refused_on_their_field(written: str) -> None:
    with pytest.raises(BadPhone) as refusal:
        checked_phone(written)
    assert refusal.value.field == "phone"


@pytest.mark.parametrize(
    "written",
    ["12345678a", "phone 1234567", "1-800-FLOWERS", "tel:+35799123834", "1234567x12", "1234567#", "1234567*",
     "12345_67", "1234567,8", "123\0004567", "1234567;ext=1"],
)  # fmt: skip
def test_letters_and_other_signs_are_refused(written: str) -> None:
    with pytest.raises(BadPhone):
        checked_phone(written)


@pytest.mark.parametrize("written", ["357+99123834", "35799123834+", "++35799123834", "+357+9912383", "(+357)99123834"])
def test_a_plus_stands_at_the_beginning_only(written: str) -> None:
    with pytest.raises(BadPhone):
        checked_phone(written)


@pytest.mark.parametrize("written", ["٣٥٧٩٩١٢٣٨٣٤", "１２３４５６７８", "१२३४५६७", "²²²²²²²", "+٣٥٧٩٩١٢٣٨٣٤"])
def test_digits_of_other_scripts_are_refused(written: str) -> None:
    with pytest.raises(BadPhone):
        checked_phone(written)


def test_numbers_are_compared_by_their_digits() -> None:
    assert checked_phone("+357 99-123834").key == phone_key("357 (99) 123834") == "35799123834"
    assert phone_key("no digits") == ""


@pytest.mark.parametrize("digits", ["15551234567", "1-555-123-4567", "+15551234567"])
def test_international_digits_alone_make_a_number(digits: str) -> None:
    assert phone_from_digits(digits) == Phone("+15551234567", "15551234567", "5551234567")


@pytest.mark.parametrize("written", ["+44 (0)20 7946 0018", "+390612345678", "+1234567890", "99/12 38.34"])
def test_a_kept_number_sent_again_stays_as_it_is(written: str) -> None:
    kept = checked_phone(written)
    assert checked_phone(kept.text) == kept


@given(st.from_regex(r"\+?[0-9]{7,15}", fullmatch=True))
@settings(deadline=None, derandomize=True, database=None, max_examples=300)
def test_what_is_kept_is_read_back_the_same(written: str) -> None:
    try:
        phone = checked_phone(written)
    except BadPhone:
        return
    assert kept_phone(phone.text) == phone
    assert phone.key.endswith(phone.national)


@pytest.mark.parametrize("written", ["+4304185", "+4905341", "+9803379"])
def test_seven_digits_are_enough_where_one_is_a_national_zero(written: str) -> None:
    assert checked_phone(written).text.startswith(written[:3])

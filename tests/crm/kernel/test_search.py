"""Search by word prefix (where-they-meet.md, "Search, phones, CSV, S3 links")."""

from uuid import uuid4

import pytest

from crm.contacts.models import Contact
from crm.contacts.selectors import contacts
from crm.contacts.services import update_contact
from crm.kernel.lookups import found_by, found_by_query
from crm.kernel.search import LONGEST_WORD, Mark, PrefixQuery, Words, fold, name_query, prefix_query, words_of
from crm.kernel.tenancy import Mode, NoScope, Tenant
from tests.builders import a_customer
from tests.cast import World


@pytest.fixture
def anna(acme: World) -> World:
    """acme, where one person is known."""
    a_customer(
        acme,
        name="Anna-Maria Müller",
        email="anna.m@example.com",
        phone="+35799123834",
        company_name="O'Brien & Søn 24",
    )
    return acme


def finds(world: World, search: str) -> bool:
    with world.scope():
        return found_by(contacts(), search).exists()


@pytest.mark.parametrize(
    ("text", "folded"),
    [("MÜLLER", "muller"), ("Straße", "strasse"), ("Ørsted", "orsted"), ("Łódź", "lodz"), ("Æsir", "aesir"),
     ("İstanbul", "istanbul"), ("ISPARTA", "isparta"), ("ısparta", "isparta"), ("ﬁne", "fine"), ("Þór", "thor"),
     ("ΣΊΣΥΦΟΣ", "σισυφοσ"), ("Ёлка", "елка"), ("e\u0301", "e"), ("北京", "北京"), ("", "")],
)  # fmt: skip
def test_folding_forgets_case_and_accents(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(fold(text)) == folded


@pytest.mark.parametrize(
    ("text", "words"),
    [("Anna-Maria O'Brien", ["anna", "maria", "o", "brien"]), ("snake_case", ["snake", "case"]),
     ("3M Co.", ["3m", "co"]), ("a@b.example", ["a", "b", "example"]), ("", []), ("!? _ '", []), ("x\0y", ["x", "y"])],
)  # fmt: skip
def test_words_are_cut_at_everything_that_is_neither_letter_nor_digit(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_a_very_long_word_is_kept_and_asked_for_by_its_beginning(acme: World) -> None:
    assert words_of("x" * 500) == ["x" * LONGEST_WORD]
    a_customer(acme, name="y" * 100, company_name="x" * 150)
    assert finds(acme, "x" * 120)
    assert not finds(acme, "x" * 99 + "z")


@pytest.mark.parametrize(
    "search",
    ["ann", "ANNA", "maria", "mul", "MÜLL", "muller anna", "anna maria müller", "anna-mar", " anna ", "anna,mull!",
     "o'br", "son", "SØN", "brien 24", "24", "example", "com", "anna\0mar"],
)  # fmt: skip
def test_every_word_of_the_query_begins_a_word_of_the_record(anna: World, search: str) -> None:
    assert finds(anna, search)


@pytest.mark.parametrize("search", ["uller", "nna", "anna bob", "annamaria", "anna x", "xample", "mullers", "42"])
def test_other_words_find_nobody(anna: World, search: str) -> None:
    assert not finds(anna, search)


@pytest.mark.parametrize(
    ("search", "found"),
    [("anna.m@example.com", True), ("ANNA.M@Exa", True), ("anna.m@", True), ("anna@", False), ("m@example", False),
     ("@example.com", False), ("@", False), ("anna.m@example.com müller", True), ("anna.m@example.com bob", False),
     ("anna.m@example.org", False), ("anna m@example", False)],
)  # fmt: skip
def test_a_word_with_an_at_sign_begins_the_whole_email(anna: World, search: str, found: bool) -> None:
    assert finds(anna, search) is found


@pytest.mark.parametrize(
    ("search", "found"),
    [("+35799123834", True), ("+357 99", True), ("(357) 991-2", True), ("9912 38", True), ("99123834", True),
     ("9912", True), ("357", True), ("3579 ", True), ("2383", False), ("35799123835", False), ("00357", False),
     ("991", False), ("+357", True), ("anna 35799", True), ("anna 357 99", False)],
)  # fmt: skip
def test_digits_begin_the_phone_with_or_without_its_country(anna: World, search: str, found: bool) -> None:
    assert finds(anna, search) is found


@pytest.mark.parametrize("search", ["", "   ", "\t"])
def test_an_empty_search_is_no_filter(anna: World, search: str) -> None:
    assert finds(anna, search)


@pytest.mark.parametrize("search", ["!", "- -", "'", "\\", "''", "\0", "_", "&|:*", "()"])
def test_a_search_without_a_letter_or_digit_finds_no_rows(anna: World, search: str) -> None:
    assert not finds(anna, search)


@pytest.mark.parametrize(
    ("email", "search"),
    [("o'brien@example.com", "O'Brien@ex"), ('"a\\b"@example.com', '"a\\b"@'), ("a:*&|!b@example.com", "a:*&|!b@e"),
     ("''x''@example.com", "''x''@")],
)  # fmt: skip
def test_quotes_backslashes_and_operators_are_taken_literally(acme: World, email: str, search: str) -> None:
    a_customer(acme, email='"other"@example.com')
    with acme.scope():
        known = Contact(created_at="2024-01-01T00:00Z", updated_at="2024-01-01T00:00Z", email=email, email_key=email)
        known.save()
        assert list(found_by(contacts(), search)) == [known]


@pytest.mark.parametrize("search", ["' | 'x", "'@'", "\\'@", "x'@", "\\\\@ \\", "':*@", "\0@\0"])
def test_no_search_breaks_the_query(anna: World, search: str) -> None:
    assert not finds(anna, search)


@pytest.mark.parametrize(
    ("name", "marks", "found"),
    [("anna", (Mark.FIRST_NAME,), True), ("mari", (Mark.FIRST_NAME,), True), ("müll", (Mark.FIRST_NAME,), False),
     ("müll", (Mark.LAST_NAME,), True), ("anna", (Mark.LAST_NAME,), False), ("muller anna", (Mark.FIRST_NAME,), False),
     ("muller anna", (Mark.FIRST_NAME, Mark.LAST_NAME), True), ("brien", (Mark.FIRST_NAME, Mark.LAST_NAME), False),
     ("nna", (Mark.FIRST_NAME,), False), ("!", (Mark.FIRST_NAME,), False)],
)  # fmt: skip
def test_names_are_found_in_the_parts_asked_for(anna: World, name: str, marks: tuple[Mark, ...], found: bool) -> None:
    with anna.scope():
        assert found_by_query(contacts(), name_query(name, *marks)).exists() is found


def test_a_search_follows_what_is_written(anna: World) -> None:
    with anna.scope():
        update_contact(contact_id=contacts().get().id, name="Berta", email="berta@example.com", phone=None)
    assert finds(anna, "berta")
    assert finds(anna, "brien")
    assert not any(finds(anna, gone) for gone in ("anna", "müller", "anna.m@", "99123834"))


def test_nobody_of_another_tenant_is_found(anna: World, rehearsal: World, rival: World) -> None:
    for stranger in (rehearsal, rival):
        a_customer(stranger, name="Berta")
        assert not finds(stranger, "anna")
        assert finds(stranger, "berta")
    assert not finds(anna, "berta")


def test_every_word_begins_with_a_mark_of_its_tenant() -> None:
    first, second = uuid4(), uuid4()
    marks = {one_word(Tenant(*key)) for key in ((first, "live"), (first, "test"), (second, "live"))}
    assert len(marks) == 3
    assert all(mark.endswith("tanna") for mark in marks)
    assert one_word(Tenant(first, Mode.LIVE)) == one_word(Tenant(first, "live"))


def one_word(tenant: Tenant) -> str:
    words = Words(tenant)
    words.text("Anna")
    (word,) = words.sorted()
    return word


def test_words_are_collected_once_and_in_order(acme: World) -> None:
    words = Words(acme.tenant)
    words.text("b a", "a")
    words.phone("")
    words.email("")
    assert [word[10:] for word in words.sorted()] == ["ta", "tb"]


def test_no_scope_no_query() -> None:
    for build in (lambda: prefix_query("anna"), lambda: name_query("anna", Mark.TEXT)):
        with pytest.raises(NoScope):
            build()


def test_a_query_is_none_where_nothing_can_match(acme: World) -> None:
    with acme.scope():
        assert prefix_query("!?") is None
        assert name_query("!?", Mark.TEXT) is None
        assert isinstance(prefix_query("a"), PrefixQuery)

"""Comments are read: for the themes in use, sentence by sentence, with how each feels (semantics §3.11)."""

from decimal import Decimal
from typing import Any

import pytest

from crm.contacts.services import update_contact
from crm.feedback.models import ThemeMention
from crm.feedback.reading.feeling import feeling_of
from crm.feedback.reading.masks import LONGEST_QUOTE, masked
from crm.feedback.reading.sentences import sentences_of
from crm.feedback.reading.stems import language_of, stems_of
from crm.feedback.reading.themes import lexicon_for
from crm.feedback.selectors import current_taxonomy
from crm.feedback.services import read_answers, set_up_feedback, write_taxonomy
from crm.feedback.services.defaults import default_themes
from tests.builders import a_customer
from tests.cast import World
from tests.crm.feedback.asked import an_answer, answer, ask, now_of, react
from tests.crm.feedback.comments import COMMENTS

pytestmark = pytest.mark.django_db


def mentions(world: World, request: Any) -> dict[str, Decimal]:
    with world.scope():
        return dict(ThemeMention.objects.filter(request=request).values_list("theme", "sentiment"))


def test_sixty_comments_are_about_what_a_reader_finds_in_them(acme: World) -> None:
    assert len(COMMENTS) == 60
    with acme.scope():
        set_up_feedback()
    found = {text: set(mentions(acme, an_answer(acme, 3, comment=text))) for text, _themes in COMMENTS}
    assert found == dict(COMMENTS)


def test_an_answer_is_read_by_the_worker(acme: World) -> None:
    asked = ask(acme)
    answer(acme, asked.request, 5, comment="Great service, I love it!")
    assert now_of(acme, asked.request).sentiment is None
    react(acme, "feedback.answered")
    row = now_of(acme, asked.request)
    assert row.sentiment is not None
    assert row.sentiment > Decimal("0.5")
    assert set(mentions(acme, row)) == {"service"}


def test_each_sentence_feels_for_itself(acme: World) -> None:
    request = an_answer(
        acme, 3, comment="The staff were wonderful, but delivery was a terrible mess.\nThe price is fair"
    )
    felt = mentions(acme, request)
    assert set(felt) == {"service", "delivery", "price"}
    assert felt["service"] > 0 > felt["delivery"]
    with acme.scope():
        mention = ThemeMention.objects.get(request=request, theme="delivery")
    assert request.comment[mention.begins : mention.ends] == "but delivery was a terrible mess."


@pytest.mark.parametrize(
    ("sentence", "rating", "sign"),
    [("Great service!", 1, 1), ("Not good at all.", 5, -1), ("I do not like it.", 5, -1), ("Not bad.", 1, 1),
     ("The price is high.", 1, -1), ("The price is high.", 5, 1), ("The price is high.", 3, 0)],
)  # fmt: skip
def test_words_count_before_the_rating_and_negation_turns_them(sentence: str, rating: int, sign: int) -> None:
    lean = (rating - 3) / 2
    felt = feeling_of(sentence, "en", lean)
    assert (felt > 0) - (felt < 0) == sign
    assert -1 <= felt <= 1


def test_in_another_language_the_rating_says_how_it_feels() -> None:
    assert feeling_of("Sehr schlecht, never good", "de", -1.0) == -1.0


def test_without_a_comment_the_rating_is_the_feeling(acme: World) -> None:
    assert [an_answer(acme, rating).sentiment for rating in (1, 3, 5)] == [Decimal(-1), Decimal(0), Decimal(1)]
    assert an_answer(acme, 9, scale="NPS").sentiment == Decimal("0.8")


def test_each_language_has_words_of_its_own(acme: World) -> None:
    words = {"en": {"keywords": ["price"], "excludes": []}, "de": {"keywords": ["Preis", "zu teuer"], "excludes": []}}
    with acme.scope():
        write_taxonomy(themes=[{"name": "Price", "words": words}])
    anna, jane = a_customer(acme, language="de-AT"), a_customer(acme, language="")
    assert set(mentions(acme, an_answer(acme, 2, customer_id=anna, comment="Die Preise sind hoch"))) == {"price"}
    assert set(mentions(acme, an_answer(acme, 2, customer_id=jane, comment="Die Preise sind hoch"))) == set()
    with acme.scope():
        update_contact(contact_id=jane, language="xx")
    # In a language that no theme has words of, those of English are looked for.
    other = a_customer(acme, language="fr")
    assert set(mentions(acme, an_answer(acme, 2, customer_id=other, comment="le price"))) == {"price"}


@pytest.mark.parametrize(
    ("text", "language", "parts"),
    [
        ("One. Two! Three?", "en", ["One.", "Two!", "Three?"]),
        ("3.5 stars at shop.example.com", "en", ["3.5 stars at shop.example.com"]),
        ("Nice, but slow", "en", ["Nice", "but slow"]),
        ("Nett, aber langsam", "de", ["Nett", "aber langsam"]),
        ("a\n\n- b; c", "en", ["a", "b;", "c"]),
        ("Button is but one", "en", ["Button is", "but one"]),
        ("... !!! 👍", "en", []), ("", "en", []), ("👍 good", "en", ["👍 good"]),
    ],
)  # fmt: skip
def test_a_comment_is_cut_into_what_is_judged_by_itself(text: str, language: str, parts: list[str]) -> None:
    pieces = sentences_of(text, language)
    assert [piece.text for piece in pieces] == parts
    assert [text[piece.begins : piece.ends] for piece in pieces] == parts


def test_words_are_told_by_their_stems_and_phrases_as_a_whole() -> None:
    assert stems_of("Deliveries, DELIVERY délivery", "en") == ("deliveri",) * 3
    assert stems_of("qapla qaplas", "tlh") == ("qapla", "qaplas")
    assert [language_of(tag) for tag in ("de-AT", "EN_us", "", "pt")] == ["de", "en", "en", "pt"]
    lexicon = lexicon_for("en", [("waiting", {"en": {"keywords": ["long line"], "excludes": ["line of coffees"]}})])
    assert lexicon.themes_in("Long lines every day") == {"waiting"}
    assert lexicon.themes_in("A line, long ago") == set()
    assert lexicon.themes_in("A long line of coffees") == set()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I am Ann Lee, and ANN's happy", "I am [name] [name], and [name]'s happy"),
        ("Write to ann.lee@example.com.", "Write to [e-mail]."),
        ("Call +357 99 123 456 or 22-123456", "Call [phone] or [phone]"),
        ("Order 1234567 of 2026", "Order [phone] of 2026"), ("Card 12345", "Card [number]"),
        ("Anne is somebody else", "Anne is somebody else"), ("Léé too", "[name] too"),
    ],
)  # fmt: skip
def test_a_quote_does_not_say_who_spoke(text: str, shown: str) -> None:
    assert masked(text, ["Ann Lee", "", "X"]) == shown


def test_a_long_quote_is_cut() -> None:
    assert len(masked("word " * 100, [])) <= LONGEST_QUOTE


def test_a_new_version_is_read_for_by_the_worker_and_the_old_one_is_kept(acme: World) -> None:
    request = an_answer(acme, 2, comment="The price of the saucer")
    with acme.scope():
        first = current_taxonomy()
        words = {"en": {"keywords": ["saucer"], "excludes": []}}
        second = write_taxonomy(themes=[*default_themes(), {"name": "Crockery", "words": words}])
    react(acme, "taxonomy.written")
    run_tasks(acme)
    with acme.scope():
        rows = ThemeMention.objects.filter(request=request)
        read = {(mention.taxonomy_id, mention.theme) for mention in rows}
    assert first is not None
    assert read == {(first.pk, "price"), (second.pk, "price"), (second.pk, "crockery")}
    assert now_of(acme, request).taxonomy_id == second.pk


def run_tasks(world: World) -> None:
    """What was queued is done, and what that queues."""
    from crm.feedback.services import reread_next

    with world.scope():
        place, number = reread_next("")
        assert number == 1
        assert reread_next(place) == (place, 0)
        assert reread_next("") == ("", 0)


def test_an_answer_that_is_read_twice_mentions_a_theme_once(acme: World) -> None:
    request = an_answer(acme, 2, comment="The price! The price!")
    with acme.scope():
        assert read_answers(feedback_ids=[request.pk]) == 1
        assert ThemeMention.objects.filter(request=request).count() == 1


def test_what_is_not_answered_is_not_read(acme: World, rival: World) -> None:
    asked, foreign = ask(acme), an_answer(rival, 2, comment="price")
    with acme.scope():
        assert read_answers(feedback_ids=[asked.request.pk, foreign.pk]) == 0


@pytest.mark.parametrize(
    "comment", ["x" * 5_000, "but " * 1_250, "." * 5_000, "price " * 833, "👍" * 5_000, "\u202e\u200f"]
)
def test_no_comment_is_too_odd_to_be_read(acme: World, comment: str) -> None:
    assert an_answer(acme, 1, comment=comment).sentiment is not None

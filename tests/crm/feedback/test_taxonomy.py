"""Themes are written as versions, each in use at once; what comments ask for is suggested, and decided on by staff."""

from typing import Any
from uuid import uuid4

import pytest

from crm.feedback.errors import (
    BadTaxonomy,
    CandidateDecidedBefore,
    CandidateNotFound,
    TaxonomyUnchanged,
    UnknownTheme,
)
from crm.feedback.models import Candidate, Taxonomy, Theme
from crm.feedback.reading.phrases import terms_in
from crm.feedback.selectors import current_taxonomy, open_candidates, taxonomies, themes_of
from crm.feedback.services import (
    accept_candidate,
    dismiss_candidate,
    set_up_feedback,
    suggest_themes,
    write_taxonomy,
)
from crm.feedback.services.defaults import default_themes
from crm.messaging.models import Template
from tests.cast import Cast, World
from tests.crm.feedback.asked import DAY, an_answer, react
from tests.crm.messaging.letters import NOON, at
from tests.dialects.traces import latest_events, written

pytestmark = pytest.mark.django_db


def theme(name: str, *keywords: str, **more: Any) -> Any:
    return {"name": name, "words": {"en": {"keywords": list(keywords), "excludes": []}}, **more}


def test_a_place_begins_with_themes_and_letters_once(cast: Cast) -> None:
    before = written(cast.rival)
    with cast.acme.scope():
        first = set_up_feedback()
        assert set_up_feedback() == first
        names = [theme.name for theme in themes_of(first.pk)]
        keys = set(Template.objects.values_list("key", flat=True))
    assert names[:3] == ["Price", "Quality", "Service"]
    assert len(names) <= 10
    assert keys == {"feedback_request", "feedback_reminder"}
    assert written(cast.rival) == before


def test_the_worker_sets_a_new_organisation_up(acme: World) -> None:
    react(acme, "organisation.opened")
    with acme.scope():
        assert current_taxonomy() is not None


def test_each_writing_is_a_version_and_the_old_ones_stay(acme: World) -> None:
    with acme.scope():
        first = write_taxonomy(themes=[theme("Price", "price"), theme("Taste", "taste")])
        second = write_taxonomy(themes=[theme("Taste", "taste", "flavour"), theme("Rain", "rain")])
        assert (first.number, second.number, current_taxonomy()) == (1, 2, second)
        assert [(one.key, one.words["en"]["keywords"]) for one in themes_of(first.pk)] == [
            ("price", ["price"]), ("taste", ["taste"]),
        ]  # fmt: skip
        assert [one.key for one in themes_of(second.pk)] == ["taste", "rain"]
        assert [(one.number, one.theme_count) for one in taxonomies().order_by("number")] == [(1, 2), (2, 2)]
    assert latest_events(acme, "taxonomy.written")[0].payload["number"] == 2


def test_a_theme_keeps_its_key_with_its_name_and_no_two_share_one(acme: World) -> None:
    with acme.scope():
        write_taxonomy(
            themes=[theme("Café & bar", "bar"), theme("Cafe bar", "cafe"), theme("ÄÖ", "x"), theme("雨", "rain")]
        )
        again = write_taxonomy(themes=[theme("雨", "rain"), theme("CAFÉ & BAR", "bar")])
        assert [one.key for one in themes_of(again.pk)] == ["theme", "cafe-bar"]
        keys = set(Theme.objects.filter(taxonomy__number=1).values_list("key", flat=True))
    assert keys == {"cafe-bar", "cafe-bar-2", "ao", "theme"}


def test_the_same_themes_are_no_new_version(acme: World) -> None:
    with acme.scope():
        write_taxonomy(themes=default_themes())
        with pytest.raises(TaxonomyUnchanged):
            write_taxonomy(themes=default_themes())
        assert Taxonomy.objects.count() == 1


@pytest.mark.parametrize(
    "themes",
    [
        [], [theme("Price")], [theme("", "x")], [theme("a" * 61, "x")], [theme("a\0", "x")], [theme("Price", "!!!")],
        [theme("Price", "x" * 61)], [theme("Price", "a\0b")], [theme("Price", "x"), theme("price", "y")],
        [theme("Price", *[f"w{n}" for n in range(201)])], [theme(f"T{n}", "x") for n in range(61)],
        [{"name": "Price", "words": {"en": {"excludes": ["x"]}}}],
    ],
)  # fmt: skip
def test_themes_that_tell_nothing_are_refused(acme: World, themes: Any) -> None:
    before = written(acme)
    with acme.scope(), pytest.raises((BadTaxonomy, Exception)) as refused:
        write_taxonomy(themes=themes)
    assert refused.value.field == "themes" or refused.value.complaints[0].field == "name"
    assert written(acme) == before


# What comments ask for


def say(world: World, *comments: str) -> None:
    for number, comment in enumerate(comments):
        an_answer(world, 3, NOON + number * DAY, comment=comment)


def suggested(world: World) -> list[tuple[str, int]]:
    with at(world, NOON + 30 * DAY):
        suggest_themes()
        return [(one.term, one.documents) for one in open_candidates()]


OAT = ("Please offer oat milk.", "No oat milk again", "Oat milk would be great. The price is fine.", "I like tea")


def test_what_three_comments_say_and_no_theme_explains_is_suggested(acme: World) -> None:
    say(acme, *OAT)
    assert suggested(acme) == [("oat milk", 3)]
    with acme.scope():
        (row,) = Candidate.objects.all()
    assert (row.language, row.key, row.state) == ("en", "oat milk", "open")
    # Looking again finds the same, and counts what came since.
    say(acme, "OAT MILK!")
    assert suggested(acme) == [("oat milk", 4)]
    with acme.scope():
        assert Candidate.objects.get() == row


def test_what_a_theme_explains_or_is_long_ago_is_not_suggested(acme: World) -> None:
    say(acme, *["The price of umbrellas"] * 4)
    for _ in range(3):
        an_answer(acme, 3, NOON - 400 * DAY, comment="mushrooms")
    assert suggested(acme) == []


def test_phrases_are_ranked_and_parts_of_longer_ones_left_out() -> None:
    texts = "loyalty card lost, loyalty card, the loyalty card, card, rain and rain, rain, rain rain rain, nothing here"
    documents = [[text] for text in [*texts.split(", "), *["good", "it is"] * 3]]
    terms = [(term.text, term.documents) for term in terms_in(documents, "en")]
    assert terms == [("rain", 3), ("card", 4), ("loyalty card", 3)]


def test_a_suggestion_becomes_a_keyword_of_a_theme_or_a_theme(acme: World) -> None:
    say(acme, *OAT, *["Umbrella stand"] * 3)
    assert {term for term, _n in suggested(acme)} == {"oat milk", "umbrella stand"}
    with acme.scope():
        oat, umbrella = Candidate.objects.get(term="oat milk"), Candidate.objects.get(term="umbrella stand")
        first = accept_candidate(candidate_id=oat.pk, theme="product-range")
        second = accept_candidate(candidate_id=umbrella.pk, new_theme="Rain")
        words = {one.key: one.words["en"]["keywords"] for one in themes_of(second.pk)}
        assert (second.number, words["product-range"][-1], words["rain"]) == (
            first.number + 1,
            "oat milk",
            ["umbrella stand"],
        )
        with pytest.raises(CandidateDecidedBefore):
            accept_candidate(candidate_id=oat.pk, theme="price")
    assert suggested(acme) == []


def test_what_staff_dismiss_is_not_suggested_again(acme: World) -> None:
    say(acme, *OAT)
    suggested(acme)
    with acme.scope():
        oat = Candidate.objects.get()
        dismiss_candidate(candidate_id=oat.pk)
        with pytest.raises(CandidateDecidedBefore):
            dismiss_candidate(candidate_id=oat.pk)
    assert suggested(acme) == []
    with acme.scope():
        assert Candidate.objects.get().state == "dismissed"


@pytest.mark.parametrize("chosen", [{}, {"theme": "nope"}, {"theme": "price", "new_theme": "X"}, {"new_theme": "  "}])
def test_a_suggestion_goes_into_one_theme_that_is_there(acme: World, rival: World, chosen: dict[str, str]) -> None:
    say(acme, *OAT)
    suggested(acme)
    with acme.scope():
        candidate = Candidate.objects.get()
        with pytest.raises(UnknownTheme):
            accept_candidate(candidate_id=candidate.pk, **chosen)
        with pytest.raises(CandidateNotFound):
            accept_candidate(candidate_id=uuid4(), theme="price")
    with rival.scope(), pytest.raises(CandidateNotFound):
        dismiss_candidate(candidate_id=candidate.pk)

"""Feedback in the back office: lists, asking by hand, entering an answer, figures, themes, suggestions."""

from typing import Any
from uuid import uuid4

import pytest

from crm.contacts.services import update_customer
from crm.feedback.models import Candidate, FeedbackRequest, FeedbackSettings
from crm.feedback.selectors import current_taxonomy, themes_of
from crm.feedback.services import set_up_feedback, suggest_themes
from crm.kernel.clock import real_now
from tests.backoffice.admin.forms import errors_of, fields_of, send
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.test_budgets import statements
from tests.builders import a_customer
from tests.cast import World
from tests.crm.feedback.asked import DAY, an_answer, ask, letters, now_of
from tests.dialects.traces import latest_events

pytestmark = pytest.mark.django_db
REQUESTS = address("feedback.FeedbackRequest")


def answered(world: World, rating: int, **values: Any) -> FeedbackRequest:
    return an_answer(world, rating, real_now() - DAY, **values)


# The list, and one of it


def test_the_list_shows_who_answered_what_and_finds_the_unhappy(acme: World) -> None:
    answered(acme, 5, comment="Great", customer_id=a_customer(acme, name="Happy Harry"))
    answered(acme, 2, comment="Meh", customer_id=a_customer(acme, name="Sad Sam"))
    answered(acme, 6, scale="NPS", customer_id=a_customer(acme, name="Cold Carl"))
    ask(acme, a_customer(acme, name="Silent Sue"), real_now())
    browser = acme.browser_of("analyst")
    page = browser.get(REQUESTS).text
    for text in ("Happy Harry", "5 / 5", "rp-mood-good", "2 / 5", "rp-mood-bad", "6 / 10", "Silent Sue", "Great"):
        assert text in page
    shown = {
        "mood=unhappy": {"Sad Sam", "Cold Carl"}, "mood=happy": {"Happy Harry"},
        "mood=said": {"Happy Harry", "Sad Sam"}, "mood=x": set(), "state__exact=pending": {"Silent Sue"},
        "q=sam": {"Sad Sam"}, "scale__exact=NPS": {"Cold Carl"},
    }  # fmt: skip
    names = {"Happy Harry", "Sad Sam", "Cold Carl", "Silent Sue"}
    for query, found in shown.items():
        text = browser.get(f"{REQUESTS}?{query}").text
        assert {name for name in names if name in text} == found, query


def test_a_page_without_rows_says_what_would_be_there(acme: World) -> None:
    browser = acme.browser_of("owner")
    assert "Nobody was asked yet" in browser.get(REQUESTS).text
    assert "Nothing yet. Every night" in browser.get(address("feedback.Candidate")).text
    assert "so the defaults hold" in browser.get(address("feedback.FeedbackSettings")).text


def test_the_page_of_an_answer_tells_it_all(acme: World) -> None:
    request = answered(acme, 1, comment="The price is terrible & <b>more</b>", category="support")
    page = acme.browser_of("analyst").get(address("feedback.FeedbackRequest", "change", request.pk)).text
    for text in ("To be called by", "support", "Price", "Gave feedback", "Is unhappy", "&lt;b&gt;more"):
        assert text in page
    assert "Enter the answer" not in page


# By hand


def asking(customer: Any) -> str:
    return f"/admin/feedback/feedbackrequest/ask/{customer}/"


def test_a_customer_is_asked_from_their_page(acme: World) -> None:
    customer = a_customer(acme)
    browser = acme.browser_of("agent")
    assert asking(customer) in browser.get(address("contacts.Customer", "change", customer)).text
    assert browser.get(asking(customer)).status_code == 200
    done = browser.post(asking(customer), {"channel": "email", "scale": "NPS"}, follow=True)
    assert "The letter leaves as soon as it may" in done.text
    assert len(letters(acme)) == 1
    refused = browser.post(asking(customer), {"channel": "email", "scale": "NPS"})
    assert (refused.status_code, "is still open" in refused.text) == (200, True)


def test_a_link_that_is_to_be_handed_over_is_shown_once(acme: World) -> None:
    customer = a_customer(acme)
    shown = acme.browser_of("agent").post(asking(customer), {"channel": "link", "scale": "CSAT"})
    assert (shown.status_code, "/portal/feedback/" in shown.text) == (200, True)
    assert letters(acme) == []
    with acme.scope():
        key = FeedbackRequest.objects.get().links.get().key
    assert bytes(key).hex() not in shown.text


def test_who_is_not_asked_is_told_with_the_reason(acme: World) -> None:
    customer = answered(acme, 4).customer_id
    browser = acme.browser_of("agent")
    told = browser.post(asking(customer), {"channel": "link", "scale": "CSAT"}, follow=True)
    assert "asked not long ago. (throttled)" in told.text
    with acme.scope():
        assert FeedbackRequest.objects.filter(state="skipped").count() == 1
        update_customer(contact_id=customer, status="blocked")
    told = browser.post(asking(customer), {"channel": "link", "scale": "CSAT"})
    assert "Blocked and inactive customers" in told.text


def test_who_may_not_write_and_strangers_ask_nobody(acme: World, rival: World) -> None:
    customer, foreign = a_customer(acme), a_customer(rival)
    analyst = acme.browser_of("analyst")
    assert asking(customer) not in analyst.get(address("contacts.Customer", "change", customer)).text
    for browser, whom in (
        (analyst, customer),
        (acme.browser_of("owner"), foreign),
        (acme.browser_of("owner"), uuid4()),
    ):
        sent = browser.post(asking(whom), {"channel": "link", "scale": "CSAT"})
        assert (browser.get(asking(whom)).status_code, sent.status_code) == (404, 404)
    with acme.scope():
        assert not FeedbackRequest.objects.exists()


def test_staff_enter_what_a_customer_said_and_close_what_nobody_will_answer(acme: World) -> None:
    one, other = ask(acme, moment=real_now()).request, ask(acme, moment=real_now()).request
    browser, page = acme.browser_of("agent"), f"{REQUESTS}{one.pk}"
    assert "Enter the answer" in browser.get(f"{page}/change/").text
    wrong = browser.post(f"{page}/answer/", {"rating": "6"})
    assert (wrong.status_code, "rating" in wrong.context["form"].errors) == (200, True)
    assert browser.post(f"{page}/answer/", {"rating": "2", "comment": "On the phone"}).status_code == 302
    row = now_of(acme, one)
    assert (row.state, row.rating, row.answered_via) == ("answered", 2, "staff")
    assert browser.get(f"{REQUESTS}{other.pk}/close/").status_code == 200
    assert now_of(acme, other).state == "pending"
    browser.post(f"{REQUESTS}{other.pk}/close/")
    assert now_of(acme, other).state == "closed"
    again = browser.post(f"{REQUESTS}{other.pk}/close/", follow=True)
    assert "is not open any more" in again.text
    assert latest_events(acme, "feedback.closed")[0].actor_id == str(acme.staff["agent"].pk)


@pytest.mark.parametrize("deed", ["answer", "close"])
def test_deeds_ask_for_the_grant_and_the_place(acme: World, rival: World, deed: str) -> None:
    ours, theirs = ask(acme, moment=real_now()).request, ask(rival, moment=real_now()).request
    for browser, request in ((acme.browser_of("analyst"), ours), (acme.browser_of("owner"), theirs)):
        path = f"{REQUESTS}{request.pk}/{deed}/"
        assert (browser.get(path).status_code, browser.post(path, {"rating": "5"}).status_code) == (404, 404)
    assert (now_of(acme, ours).state, now_of(rival, theirs).state) == ("pending", "pending")


# Figures and themes


@pytest.mark.parametrize("page", ["figures", "themes"])
@pytest.mark.parametrize(
    "query",
    ["", "?period=30", "?period=365&scale=NPS", "?period=all&scale=CES", "?period=x&scale=y", "?period=%00&scale="],
)
def test_the_pages_of_figures_open_with_and_without_answers(acme: World, page: str, query: str) -> None:
    browser = acme.browser_of("analyst")
    assert browser.get(f"/admin/feedback/{page}/{query}").status_code == 200
    for scale in ("CSAT", "NPS", "CES"):
        answered(acme, 4, scale=scale, comment="The price & the staff", category="<i>shop</i>")
    answer = browser.get(f"/admin/feedback/{page}/{query}")
    assert answer.status_code == 200
    assert "<i>shop" not in answer.text
    assert ("Price" in answer.text) == (page == "themes")


def test_figures_are_those_of_the_scale_and_period_chosen(acme: World, rival: World) -> None:
    for rating in (10, 9, 3):
        answered(acme, rating, scale="NPS")
    answered(rival, 1, scale="NPS")
    page = acme.browser_of("analyst").get("/admin/feedback/figures/?period=30")
    assert [(card["label"], str(card["value"])) for card in page.context["cards"]] == [
        ("NPS", "33.3"), ("Average", "7.33"), ("Response", "100 %"),
    ]  # fmt: skip
    assert "of 3 answers" in page.text


@pytest.mark.parametrize("page", ["figures", "themes"])
def test_pages_of_figures_keep_to_their_budget(acme: World, page: str) -> None:
    browser, path = acme.browser_of("analyst"), f"/admin/feedback/{page}/"
    few = statements(browser, path)
    for rating in (1, 3, 5):
        answered(acme, rating, comment="The price of the staff", category="shop")
    many = statements(browser, path)
    assert len(many) <= 12, "\n".join(many)
    assert len(many) <= len(few)


@pytest.mark.parametrize("path", ["figures/", "themes/"])
def test_figures_are_for_who_may_read_feedback(acme: World, path: str) -> None:
    from tests.backoffice.admin.pages import an_operator

    assert acme.browser_of("agent").get(f"/admin/feedback/{path}").status_code == 200
    from django.test import Client

    nowhere = Client(raise_request_exception=False)
    assert nowhere.get(f"/admin/feedback/{path}").status_code == 302
    nowhere.force_login(an_operator())
    assert nowhere.get(f"/admin/feedback/{path}").status_code == 200


# Settings, themes, suggestions


def test_settings_are_saved_once_and_a_fault_comes_back_at_its_field(acme: World) -> None:
    browser, path = acme.browser_of("manager"), address("feedback.FeedbackSettings", "add")
    wrong = send(browser, path, second_reminder_days="2")
    assert list(errors_of(wrong)) == ["second_reminder_days"]
    assert send(browser, path, scale="NPS", throttle_days="60").status_code == 302
    with acme.scope():
        settings = FeedbackSettings.objects.get()
    assert (settings.scale, settings.throttle_days, settings.first_reminder_days) == ("NPS", 60, 3)
    assert "Add feedback settings" not in browser.get(address("feedback.FeedbackSettings")).text


def test_a_new_version_of_the_themes_begins_as_the_one_in_use(acme: World) -> None:
    with acme.scope():
        set_up_feedback()
    browser, path = acme.browser_of("manager"), address("feedback.Taxonomy", "add")
    fields = fields_of(browser.get(path), "taxonomy_form")
    assert fields["themes-0-name"] == ["Price"]
    unchanged = send(browser, path)
    assert "These are the themes that are in use." in str(errors_of(unchanged))
    extra = {"themes-8-name": "Price", "themes-8-language": "de", "themes-8-keywords": "Preis, zu teuer"}
    assert send(browser, path, **extra, **{"themes-1-name": "Taste"}).status_code == 302
    with acme.scope():
        taxonomy = current_taxonomy()
        assert taxonomy is not None
        themes = {theme.key: theme for theme in themes_of(taxonomy.pk)}
    assert taxonomy.number == 2
    assert themes["price"].words["de"]["keywords"] == ["Preis", "zu teuer"]
    assert "taste" in themes
    page = browser.get(address("feedback.Taxonomy", "change", taxonomy.pk)).text
    assert "zu teuer" in page
    assert browser.post(address("feedback.Taxonomy", "change", taxonomy.pk), {}).status_code in (302, 403)


def test_a_theme_without_words_is_a_complaint_on_the_page(acme: World) -> None:
    wrong = send(acme.browser_of("manager"), address("feedback.Taxonomy", "add"), **{"themes-0-keywords": ""})
    assert "needs at least one keyword" in str(errors_of(wrong))
    with acme.scope():
        assert current_taxonomy() is None


def test_a_suggestion_is_accepted_or_dismissed(acme: World) -> None:
    for term in ("oat milk", "umbrella stand"):
        for _ in range(3):
            answered(acme, 3, comment=f"Where is the {term}?")
    with acme.scope():
        assert suggest_themes() == 2
        oat, umbrella = (Candidate.objects.get(term=term).pk for term in ("oat milk", "umbrella stand"))
    listed, browser = address("feedback.Candidate"), acme.browser_of("manager")
    assert "oat milk" in browser.get(listed).text
    assert browser.get(f"{listed}{oat}/accept/").status_code == 200
    wrong = browser.post(f"{listed}{oat}/accept/", {"theme": "", "new_theme": ""})
    assert (wrong.status_code, "theme" in wrong.context["form"].errors) == (200, True)
    assert browser.post(f"{listed}{oat}/accept/", {"theme": "product-range"}).status_code == 302
    browser.post(f"{listed}{umbrella}/dismiss/")
    with acme.scope():
        assert dict(Candidate.objects.values_list("term", "state")) == {
            "oat milk": "accepted",
            "umbrella stand": "dismissed",
        }
    analyst = acme.browser_of("analyst")
    assert analyst.post(f"{listed}{umbrella}/accept/", {"new_theme": "Rain"}).status_code == 404

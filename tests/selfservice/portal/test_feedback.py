"""The page on which customers answer: it needs no script and no sign-in, and takes one answer."""

import re
from datetime import timedelta
from typing import Any

import pytest

from crm.contacts.services import delete_contact
from crm.feedback.models import FeedbackRequest
from crm.feedback.services import Asked, change_feedback_settings, close_request
from crm.kernel.clock import real_now
from crm.organisations.models import Organisation
from selfservice.portal.links import BAD_LINKS, PER_LINK
from tests.cast import World
from tests.crm.feedback.asked import ask, letters, now_of
from tests.dialects.traces import latest_events, written
from tests.selfservice.portal.visitors import BROWSER

pytestmark = pytest.mark.django_db
FINE = {"rating": "4", "comment": "Nice place"}


def asked(world: World, **values: Any) -> Asked:
    return ask(world, moment=real_now(), **{"channel": "link", **values})


def path_of(one: Asked) -> str:
    return f"/portal/feedback/{one.token}"


def test_the_page_asks_the_question_with_every_rating_of_the_scale(acme: World) -> None:
    for scale, ratings in (("CSAT", range(1, 6)), ("NPS", range(11)), ("CES", range(1, 8))):
        page = BROWSER.get(path_of(asked(acme, scale=scale)))
        assert page.status_code == 200
        assert re.findall(r'name="rating" value="(\d+)"', page.text) == [str(rating) for rating in ratings]
        for text in ("Acme", "<legend>", "<textarea", 'type="radio"'):
            assert text in page.text
        assert "<script" not in page.text
        assert (page["Cache-Control"], page["Referrer-Policy"], page["X-Robots-Tag"]) == (
            "no-store", "no-referrer", "noindex",
        )  # fmt: skip
        assert not page.cookies


def test_the_link_in_the_mail_leads_there(rehearsal: World) -> None:
    ask(rehearsal, moment=real_now())
    found = re.search(r'href="https?://[^/]+(/portal/feedback/[^"]+)"', letters(rehearsal)[0].content)
    assert found
    assert BROWSER.get(found[1]).status_code == 200


def test_looking_marks_it_as_opened_and_changes_nothing_else(acme: World) -> None:
    one = asked(acme)
    before = written(acme)
    assert BROWSER.head(path_of(one)).status_code == 200
    assert now_of(acme, one.request).state == "sent"
    for _ in range(2):
        assert BROWSER.get(f"{path_of(one)}?rating=5").status_code == 200
    assert (now_of(acme, one.request).state, now_of(acme, one.request).rating) == ("opened", None)
    assert written(acme) == before
    assert BROWSER.put(path_of(one)).status_code == 405


def test_an_answer_is_taken_once_and_thanked_for(acme: World) -> None:
    one = asked(acme)
    answer = BROWSER.post(path_of(one), FINE)
    assert (answer.status_code, "Thank you" in answer.text) == (200, True)
    row = now_of(acme, one.request)
    assert (row.state, row.rating, row.comment, row.answered_via) == ("answered", 4, "Nice place", "link")
    event = latest_events(acme, "feedback.answered")[0]
    assert (event.actor_kind, event.actor_id) == ("member", f"feedback:{row.pk}")
    again = BROWSER.post(path_of(one), {"rating": "1", "comment": "Changed my mind"})
    assert (again.status_code, "answered already" in again.text) == (409, True)
    assert BROWSER.get(path_of(one)).status_code == 410
    assert now_of(acme, one.request).rating == 4


def test_a_rating_in_the_address_is_chosen_beforehand(acme: World) -> None:
    page = BROWSER.get(f"{path_of(asked(acme))}?rating=2")
    assert re.findall(r'value="(\d)" required checked', page.text) == ["2"]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"comment": "Only this"}, "Please choose one."), ({"rating": ""}, "Please choose one."),
        ({"rating": "x"}, "Please choose one."), ({"rating": "-1"}, "Please choose one."),
        ({"rating": "٣"}, "Please choose one."), ({"rating": "9" * 9_999}, "Please choose one."),
        ({"rating": "6"}, "from 1 to 5"), ({"rating": "0"}, "from 1 to 5"),
        ({"rating": "3", "comment": "x" * 5_001}, "wrong-comment"),
        ({"rating": "3", "comment": "a\0b"}, "wrong-comment"),
    ],
)  # fmt: skip
def test_faults_stand_at_their_fields_and_nothing_has_to_be_typed_again(acme: World, sent: Any, told: str) -> None:
    one = asked(acme)
    page = BROWSER.post(path_of(one), sent)
    assert (page.status_code, told in page.text, 'role="alert"' in page.text) == (400, True, True)
    assert sent.get("comment", "")[:9] in page.text
    assert not now_of(acme, one.request).is_answered
    assert BROWSER.post(path_of(one), FINE).status_code == 200


def test_too_much_is_refused(acme: World) -> None:
    one = asked(acme)
    for size in (3_000_000, 10_000_000):
        assert BROWSER.post(path_of(one), {"rating": "3", "comment": "x" * size}).status_code in (400, 413)
    assert BROWSER.post(path_of(one), "\xff=&%00", content_type="application/x-www-form-urlencoded").status_code == 400
    assert BROWSER.post(path_of(one), "{}", content_type="application/json").status_code == 400
    assert not now_of(acme, one.request).is_answered


def test_a_comment_of_many_lines_may_be_as_long_as_its_letters(acme: World) -> None:
    one = asked(acme)
    assert BROWSER.post(path_of(one), {"rating": "3", "comment": "a\r\n" * 2_499 + "ab"}).status_code == 200
    assert now_of(acme, one.request).comment.count("\n") == 2_499


def test_html_stays_text(acme: World) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(name="<i>Acme</i>")
    with acme.scope():
        change_feedback_settings(question="<b>Well</b>?")
    page = BROWSER.post(path_of(asked(acme)), {"comment": "</textarea><script>x"})
    assert ("<script" in page.text, "<b>Well" in page.text, "<i>Acme" in page.text) == (False, False, False)
    assert "&lt;/textarea&gt;" in page.text


def test_what_is_over_says_so_in_a_page(acme: World) -> None:
    late, closed = asked(acme), asked(acme)
    with acme.scope():
        close_request(feedback_id=closed.request.pk)
        FeedbackRequest.objects.filter(pk=late.request.pk).update(expires_at=real_now() - timedelta(seconds=1))
    for one in (late, closed):
        assert (BROWSER.get(path_of(one)).status_code, BROWSER.post(path_of(one), FINE).status_code) == (410, 409)
        assert "This question is closed" in BROWSER.get(path_of(one)).text


def test_links_that_are_none_or_lead_to_who_is_gone_are_404(acme: World) -> None:
    gone, inactive = asked(acme), asked(acme)
    with acme.scope():
        delete_contact(contact_id=gone.request.customer_id)
    assert (BROWSER.get(path_of(gone)).status_code, BROWSER.post(path_of(gone), FINE).status_code) == (404, 404)
    Organisation.objects.filter(pk=acme.organisation.pk).update(is_active=False)
    assert BROWSER.get(path_of(inactive)).status_code == 404
    for wrong in ("x", "%00", "x" * 3_000, "..", str(gone.request.pk)):
        assert BROWSER.get(f"/portal/feedback/{wrong}").status_code == 404


def test_links_are_not_guessed_and_not_pressed_without_end(acme: World) -> None:
    one = asked(acme)
    for _ in range(PER_LINK.most):
        assert BROWSER.get(path_of(one)).status_code == 200
    assert BROWSER.get(path_of(one)).status_code == 429
    for number in range(BAD_LINKS.most):
        assert BROWSER.get(f"/portal/feedback/wrong{number}").status_code == 404
    answer = BROWSER.get("/portal/feedback/wrong")
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
    # Whoever has a good link is not held back by who tries bad ones.
    assert BROWSER.get(path_of(asked(acme))).status_code == 200


def test_live_and_test_mode_are_apart(acme: World, rehearsal: World) -> None:
    live, test = asked(acme), asked(rehearsal)
    BROWSER.post(path_of(test), FINE)
    assert (now_of(acme, live.request).state, now_of(rehearsal, test.request).state) == ("sent", "answered")

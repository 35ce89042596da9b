"""Web forms as visitors meet them: the page, what robots and hurried people get, and keys that are none."""

import re
from datetime import timedelta
from typing import Any

import pytest

from crm.kernel.clock import real_now
from crm.leads.links import stamp_of
from crm.leads.models import LeadInteraction
from crm.messaging.services import suppress
from crm.organisations.models import Organisation
from selfservice.portal.web_forms import PER_ADDRESS, PER_FORM
from tests.builders import a_customer, a_lead
from tests.cast import Cast, World
from tests.dialects.traces import written
from tests.races.together import together
from tests.selfservice.portal.visitors import BROWSER, JANE, a_form, caught, names, path_of, script

# The page


def test_the_page_shows_the_form_and_looking_changes_nothing(acme: World, path: str) -> None:
    before = written(acme)
    page = BROWSER.get(path)
    assert page.status_code == 200
    for text in ("Contact", "Acme", 'name="email"', 'autocomplete="tel"', "<textarea", 'name="homepage"'):
        assert text in page.text
    assert BROWSER.head(path).status_code == 200
    assert BROWSER.put(path).status_code == 405
    assert (written(acme), len(page.cookies)) == (before, 0)
    assert page["Cache-Control"] == "no-store"


def test_a_visitor_fills_it_in_and_is_thanked(acme: World) -> None:
    form = a_form(acme, thanks="We ring you.\n<b>Soon</b>")
    path = path_of(acme, form)
    stamp = stamp_of(form.pk, real_now() - timedelta(seconds=9))
    page = BROWSER.post(path, {**JANE, "homepage": "", "shown": stamp})
    assert (page.status_code, names(acme)) == (200, ["Jane Smith"])
    assert "We ring you." in page.text
    assert "&lt;b&gt;Soon" in page.text


def test_the_page_itself_bears_the_stamp(acme: World, path: str) -> None:
    shown = re.search(r'name="shown" value="([^"]+)"', BROWSER.get(path).text)
    assert shown
    hasty = BROWSER.post(path, {**JANE, "shown": shown[1]})
    assert (hasty.status_code, names(acme)) == (400, [])
    assert "send it once more" in hasty.text
    # Nothing has to be typed again.
    assert 'value="Jane Smith"' in hasty.text
    assert "Ten kilos, please." in hasty.text


def test_afterwards_the_visitor_goes_where_the_form_says(acme: World) -> None:
    path = path_of(acme, a_form(acme, redirect_url="https://shop.example.com/thanks"))
    answer = BROWSER.post(path, JANE)
    assert (answer.status_code, answer["Location"]) == (302, "https://shop.example.com/thanks")


def test_faults_stand_at_their_fields_and_what_was_typed_is_text(acme: World, path: str) -> None:
    page = BROWSER.post(path, {"name": '"><script>x</script>', "email": "nobody", "message": "</textarea><script>y"})
    assert (page.status_code, names(acme)) == (400, [])
    assert 'aria-describedby="wrong-email"' in page.text
    assert "<script>" not in page.text
    assert "&lt;/textarea&gt;" in page.text


def test_html_in_names_stays_text(acme: World) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(name="<i>Acme</i>")
    page = BROWSER.get(path_of(acme, a_form(acme, name="<script>x</script>")))
    assert ("<script>x" in page.text, "<i>Acme" in page.text) == (False, False)


# Robots, and too much


def test_who_fills_in_what_nobody_sees_is_thanked_and_counted(acme: World, path: str) -> None:
    honest = BROWSER.post(path, {**JANE, "email": "other@example.com"})
    before = written(acme)
    robot = BROWSER.post(path, {**JANE, "homepage": "https://spam.example"})
    assert (robot.status_code, robot.text) == (honest.status_code, honest.text)
    assert script(path, {**JANE, "homepage": "x"}).json()["ok"] is True
    assert (written(acme), caught(acme)) == (before, 2)


def test_nobody_learns_whom_the_business_knows(acme: World, path: str) -> None:
    a_lead(acme, email="lead@example.com")
    a_customer(acme, email="customer@example.com")
    with acme.scope():
        suppress(channel="email", address="black@example.com")
    asking = path_of(acme, a_form(acme, name="Asking", double_opt_in=True))
    for address in (path, asking):
        answers = [
            BROWSER.post(address, {**JANE, "email": f"{who}@example.com"})
            for who in ("nobody", "lead", "customer", "black")
        ]
        assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}


def test_one_address_may_send_so_often_and_another_one_still_may(acme: World, path: str) -> None:
    answers = [script(path, {**JANE, "email": f"j{n}@example.com"}) for n in range(PER_ADDRESS.most + 1)]
    assert [answer.status_code for answer in answers] == [200] * PER_ADDRESS.most + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= PER_ADDRESS.within.total_seconds()
    assert answers[-1].json()["ok"] is False
    page = BROWSER.post(path, JANE)
    assert (page.status_code, page["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert script(path, JANE, REMOTE_ADDR="198.51.100.7").status_code == 200
    assert len(names(acme)) == PER_ADDRESS.most + 1


def test_one_form_is_limited_whoever_sends_it(acme: World, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    form_id = BROWSER.get(path).context["form"].pk.hex
    for _ in range(PER_FORM.most):
        PER_FORM.count(form_id)
    assert script(path, REMOTE_ADDR="198.51.100.8").status_code == 429
    other = path_of(acme, a_form(acme, name="Other"))
    assert script(other, REMOTE_ADDR="198.51.100.8").status_code == 200


@pytest.mark.xdist_group("races")
def test_the_limit_is_exact_when_all_come_at_once(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    path = path_of(acme, a_form(acme))

    def posting(number: int) -> Any:
        return lambda: script(path, {**JANE, "email": f"j{number}@example.com"}).status_code

    outcomes = together(*[posting(number) for number in range(16)])
    assert sorted(outcomes) == [200] * PER_ADDRESS.most + [429] * (16 - PER_ADDRESS.most)
    assert len(names(acme)) == PER_ADDRESS.most


# Keys


def test_a_changed_or_foreign_key_opens_nothing(acme: World, rival: World, path: str) -> None:
    key = path.rpartition("/")[2]
    named, _dot, signature = key.rpartition(".")
    moved = named.replace(acme.organisation.id.hex, rival.organisation.id.hex)
    rehearsed = named.replace("-live-", "-test-")
    for bad in ("x", named, f"{moved}.{signature}", f"{rehearsed}.{signature}", key[:-1], "%00", "a" * 3_000):
        for verb in ("get", "post", "options"):
            answer = getattr(BROWSER, verb)(f"/portal/forms/{bad}", REMOTE_ADDR=f"192.0.2.{len(bad) % 250}")
            assert answer.status_code == 404
            assert "Acme" not in answer.text
            assert answer["X-Frame-Options"] == "DENY"


def test_a_rightly_signed_key_to_nothing_is_not_found(acme: World, rival: World) -> None:
    foreign, off = a_form(rival), a_form(acme, is_active=False)
    for form in (foreign, off):
        for verb in ("get", "post", "options"):
            assert getattr(BROWSER, verb)(path_of(acme, form)).status_code == 404
    assert script(path_of(acme, off)).json() == {"ok": False, "message": "This link is not valid."}


def test_an_organisation_that_was_switched_off_takes_nothing(acme: World, path: str) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(is_active=False)
    assert BROWSER.post(path, JANE).status_code == 404
    assert names(acme) == []


def test_what_is_sent_in_test_mode_stays_there(acme: World, rehearsal: World) -> None:
    BROWSER.post(path_of(rehearsal, a_form(rehearsal)), JANE)
    assert (names(acme), names(rehearsal)) == ([], ["Jane Smith"])


def test_without_https_nothing_is_taken(acme: World, path: str, settings: Any) -> None:
    settings.HTTPS_ONLY = True
    assert BROWSER.post(path, JANE).status_code == 403


def test_the_audit_trail_names_the_form(acme: World, path: str) -> None:
    BROWSER.post(path, JANE)
    with acme.scope():
        lead_id = LeadInteraction.objects.get().lead_id
    told = acme.browser_of("owner").get(f"/admin/leads/lead/{lead_id}/history/").text
    assert "Visitor, form Contact" in told

"""The link in the mail that asks a visitor whether it was them."""

from datetime import timedelta
from typing import Any

from crm.kernel.clock import real_now
from crm.leads.links import token_of_entry
from crm.leads.models import WebFormEntry
from crm.messaging.models import Communication
from crm.messaging.services import change_sending_settings
from selfservice.portal.links import BAD_LINKS, PER_LINK
from tests.cast import World
from tests.dialects.traces import written
from tests.selfservice.portal.visitors import BROWSER, JANE, a_form, names, only_entry, path_of


def asked(world: World, **values: Any) -> str:
    """A form sent, and the link that is mailed for it."""
    form = a_form(world, double_opt_in=True, **values)
    page = BROWSER.post(path_of(world, form), JANE)
    assert page.status_code == 200
    assert "Almost done" in page.text
    return f"/portal/forms/confirm/{token_of_entry(world.tenant, form.pk, only_entry(world).pk)}"


def test_the_mail_leads_to_a_button_and_the_button_confirms(rehearsal: World) -> None:
    with rehearsal.scope():
        change_sending_settings(link_base="https://crm.acme.example")
    link = asked(rehearsal, thanks="Until soon")
    with rehearsal.scope():
        assert f'href="https://crm.acme.example{link}"' in Communication.objects.get().content
    for verb in ("get", "head"):
        assert getattr(BROWSER, verb)(link).status_code == 200
    assert '<form method="post">' in BROWSER.get(link).text
    assert names(rehearsal) == []
    page = BROWSER.post(link)
    assert (page.status_code, names(rehearsal)) == (200, ["Jane Smith"])
    assert "Until soon" in page.text


def test_a_second_press_is_told_so(acme: World) -> None:
    link = asked(acme)
    BROWSER.post(link)
    before = written(acme)
    for verb in ("post", "get"):
        page = getattr(BROWSER, verb)(link)
        assert (page.status_code, "Confirmed already" in page.text) == (200, True)
    assert written(acme) == before


def test_a_confirmation_leads_to_the_forms_page_afterwards(acme: World) -> None:
    answer = BROWSER.post(asked(acme, redirect_url="https://shop.example.com/thanks"))
    assert (answer.status_code, answer["Location"]) == (302, "https://shop.example.com/thanks")


def test_a_link_that_is_too_old_says_so_kindly(acme: World) -> None:
    link = asked(acme)
    with acme.scope():
        WebFormEntry.objects.get_queryset().update(expires_at=real_now() - timedelta(seconds=1))
    for verb in ("get", "post"):
        page = getattr(BROWSER, verb)(link)
        assert page.status_code == 400
        assert "send the form again" in page.text
    assert names(acme) == []


def test_a_changed_or_foreign_link_confirms_nothing(acme: World, rival: World, path: str) -> None:
    link = asked(rival, name="Theirs")
    token, key = link.rpartition("/")[2], path.rpartition("/")[2]
    entry = only_entry(rival)
    foreign = token_of_entry(acme.tenant, entry.form_id, entry.pk)
    for bad in (token[:-1], key, "x", foreign):
        assert BROWSER.post(f"/portal/forms/confirm/{bad}").status_code == 404
    assert names(rival) == []


def test_links_are_limited_like_those_of_other_messages(acme: World) -> None:
    link = asked(acme)
    statuses = [BROWSER.get(link).status_code for _ in range(PER_LINK.most + 1)]
    assert statuses == [200] * PER_LINK.most + [429]
    guesses = [BROWSER.get("/portal/forms/guess").status_code for _ in range(BAD_LINKS.most + 1)]
    assert guesses == [404] * BAD_LINKS.most + [429]

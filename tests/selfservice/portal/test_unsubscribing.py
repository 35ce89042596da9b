"""Links in messages: one click is enough to be left alone, and a look changes nothing (RFC 8058)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from crm.kernel.audit import events_of_scope
from crm.messaging.links import token_for
from crm.messaging.models import Communication
from crm.messaging.recipients import Recipient, _people, register_people
from crm.messaging.selectors import suppressions
from crm.messaging.services import suppress
from crm.organisations.models import Organisation
from selfservice.portal.links import BAD_LINKS, PER_LINK
from tests.cast import World
from tests.crm.messaging.letters import ANN, a_message, a_template

BROWSER = Client(raise_request_exception=False)


@pytest.fixture
def link(acme: World) -> str:
    a_template(acme)
    return path_in(a_message(acme))


def path_in(message: Communication) -> str:
    found = re.search(r'href="https?://[^/]+(/portal/unsubscribe/[^"]+)"', message.content)
    assert found
    return found[1]


def listed(world: World) -> set[tuple[str, str, str]]:
    with world.scope():
        return set(suppressions().values_list("channel", "key", "reason"))


def events(world: World) -> list[str]:
    with world.scope():
        return list(events_of_scope().filter(name="message.unsubscribed").values_list("name", flat=True))


UNSUBSCRIBED = {("email", ANN.email, "unsubscribe")}


def test_the_mail_provider_unsubscribes_with_one_post(acme: World, link: str) -> None:
    answer = BROWSER.post(link, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert listed(acme) == UNSUBSCRIBED
    assert events(acme) == ["message.unsubscribed"]


def test_looking_changes_nothing_and_offers_a_button(acme: World, link: str) -> None:
    for verb in ("get", "head"):
        assert getattr(BROWSER, verb)(link).status_code == 200
    page = BROWSER.get(link)
    assert '<form method="post">' in page.text
    assert "Acme" in page.text
    assert listed(acme) == set()
    assert (page["Cache-Control"], page["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_a_second_time_changes_nothing(acme: World, link: str) -> None:
    for _ in range(2):
        assert BROWSER.post(link).status_code == 200
    assert (listed(acme), events(acme)) == (UNSUBSCRIBED, ["message.unsubscribed"])


def test_the_next_message_is_skipped(acme: World, link: str) -> None:
    BROWSER.post(link)
    assert a_message(acme, "cause-2").reason == "unsubscribe"


def test_a_link_of_test_mode_unsubscribes_in_test_mode(acme: World, rehearsal: World) -> None:
    a_template(rehearsal)
    BROWSER.post(path_in(a_message(rehearsal)))
    assert (listed(rehearsal), listed(acme)) == (UNSUBSCRIBED, set())


def test_a_forged_link_opens_nothing(acme: World, rival: World, link: str) -> None:
    token = link.rpartition("/")[2]
    named, _dot, signature = token.rpartition(".")
    other = named.replace(acme.organisation.id.hex, rival.organisation.id.hex)
    for bad in ("x", named, f"{other}.{signature}", token[:-1], f"{named}.", "%00", "a" * 3000):
        for page in ("unsubscribe", "preferences"):
            for verb in ("get", "post"):
                assert getattr(BROWSER, verb)(f"/portal/{page}/{bad}").status_code in (404, 429)
    assert (listed(acme), listed(rival)) == (set(), set())


def test_a_rightly_signed_link_to_nothing_is_not_found(acme: World, rival: World) -> None:
    a_template(rival)
    foreign = token_for(acme.tenant, a_message(rival).pk)
    assert BROWSER.post(f"/portal/unsubscribe/{foreign}").status_code == 404
    nobody = token_for(acme.tenant._replace(organisation_id=acme.listing.tenant.organisation_id), acme.organisation.id)
    assert BROWSER.get(f"/portal/preferences/{nobody}").status_code == 404
    assert listed(rival) == set()


def test_an_organisation_that_was_switched_off_still_lets_people_go(acme: World, link: str) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(is_active=False)
    assert BROWSER.post(link).status_code == 200
    assert listed(acme) == UNSUBSCRIBED


def test_other_verbs_are_refused(link: str) -> None:
    for verb in ("put", "patch", "delete"):
        assert getattr(BROWSER, verb)(link).status_code == 405


def test_a_stranger_who_tries_links_is_slowed_down(acme: World, link: str) -> None:
    statuses = [BROWSER.get("/portal/unsubscribe/guess").status_code for _ in range(BAD_LINKS.most + 2)]
    assert statuses == [404] * BAD_LINKS.most + [429] * 2
    # Who holds a good link from the same address is not.
    assert BROWSER.post(link).status_code == 200


def test_one_link_is_limited_by_itself(acme: World, link: str) -> None:
    answers = [BROWSER.get(link) for _ in range(PER_LINK.most + 1)]
    assert [answer.status_code for answer in answers] == [200] * PER_LINK.most + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert BROWSER.get(path_in(a_message(acme, "other"))).status_code == 200


def test_without_https_nothing_is_told(link: str, settings: Any) -> None:
    settings.HTTPS_ONLY = True
    assert BROWSER.post(link).status_code == 403


@pytest.fixture
def ann_has_a_phone() -> Iterator[Recipient]:
    before = dict(_people)
    ann = Recipient(email=ANN.email, phone=ANN.phone)
    register_people("contact", lambda ids: dict.fromkeys(ids, ann))
    yield ann
    _people.clear()
    _people.update(before)


def preferences_of_ann(world: World) -> str:
    a_template(world)
    ann = Recipient(email=ANN.email, phone=ANN.phone, contact_id=world.organisation.id)
    return path_in(a_message(world, recipient=ann)).replace("unsubscribe", "preferences")


def test_channels_can_be_chosen_and_chosen_again(acme: World, ann_has_a_phone: Recipient) -> None:
    link = preferences_of_ann(acme)
    assert BROWSER.get(link).text.count(" checked") == 2
    page = BROWSER.post(link, {"channel": ["sms"]})
    assert page.text.count(" checked") == 1
    assert listed(acme) == UNSUBSCRIBED
    BROWSER.post(link, {})
    assert len(listed(acme)) == 2
    BROWSER.post(link, {"channel": ["email", "sms", "fax"]})
    assert listed(acme) == set()


def test_the_page_of_choices_tells_no_address(acme: World, ann_has_a_phone: Recipient) -> None:
    page = BROWSER.get(preferences_of_ann(acme)).text
    assert ANN.email not in page
    assert "99123456" not in page


def test_choosing_lifts_an_unsubscription_and_nothing_harder(acme: World, link: str) -> None:
    with acme.scope():
        suppress(channel="email", address=ANN.email, reason="complaint")
    BROWSER.post(link)
    BROWSER.post(link.replace("unsubscribe", "preferences"), {"channel": ["email"]})
    assert listed(acme) == {("email", ANN.email, "complaint")}


def test_html_in_an_organisations_name_stays_text(acme: World, link: str) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(name="<script>x</script>")
    assert "<script>x" not in BROWSER.get(link).text

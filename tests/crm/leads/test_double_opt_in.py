"""Double opt-in: nobody is a lead before whoever reads mail at the address has said so."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from crm.kernel.clock import now
from crm.kernel.jobs import carry_on, run_now
from crm.leads.errors import WebFormEntryExpired, WebFormEntryNotFound
from crm.leads.links import token_of_entry
from crm.leads.models import WebFormEntry
from crm.leads.selectors import leads
from crm.leads.services import confirm_entry, forget_entries, send_web_form
from crm.leads.services.confirmations import KEPT, MOST_MAILS, TEMPLATE_KEY, WAITS
from crm.messaging.errors import NothingPublished
from crm.messaging.services import define_template, suppress
from tests.builders import a_lead
from tests.cast import World
from tests.crm.leads.visitors import JANE, WHOLE, a_form, entries, figures, mails, only_lead, said, send
from tests.crm.messaging.letters import at
from tests.dialects.traces import written

pytestmark = pytest.mark.django_db


def test_nothing_is_a_lead_before_it_is_confirmed(rehearsal: World) -> None:
    form = a_form(rehearsal, double_opt_in=True)
    send(rehearsal, form)
    [entry], [mail] = entries(rehearsal), mails(rehearsal)
    with rehearsal.scope():
        assert not leads().exists()
    assert (figures(rehearsal, form), mail.message_class, mail.recipient) == ((1, 1, 0), "transactional", JANE["email"])
    assert f"/portal/forms/confirm/{token_of_entry(rehearsal.tenant, form.pk, entry.pk)}" in mail.content
    # A stranger may have typed the name: it does not get into a mail of ours.
    assert ("Jane Smith" in mail.content, mail.recipient_name) == (False, "")
    with rehearsal.scope():
        assert confirm_entry(entry_id=entry.pk)
    assert (only_lead(rehearsal).company, figures(rehearsal, form)) == ("Tech Corp", (1, 0, 0))
    assert entries(rehearsal)[0].values == {}


def test_the_link_is_kept_readable_nowhere_in_live_mode(acme: World) -> None:
    send(acme, a_form(acme, double_opt_in=True))
    assert "/portal/forms/confirm/" not in mails(acme)[0].content


def test_a_second_confirmation_changes_nothing(acme: World) -> None:
    send(acme, a_form(acme, double_opt_in=True))
    with acme.scope():
        assert confirm_entry(entry_id=entries_here()) is True
    before = written(acme)
    with acme.scope():
        assert confirm_entry(entry_id=entries_here()) is False
    assert written(acme) == before


def entries_here() -> Any:
    return WebFormEntry.objects.get_queryset().values_list("pk", flat=True).get()


def test_a_link_works_for_forty_eight_hours(acme: World) -> None:
    send(acme, a_form(acme, double_opt_in=True))
    [entry] = entries(acme)
    assert entry.expires_at - entry.created_at == WAITS
    with at(acme, entry.expires_at), pytest.raises(WebFormEntryExpired):
        confirm_entry(entry_id=entry.pk)
    with at(acme, entry.expires_at - timedelta(seconds=1)):
        assert confirm_entry(entry_id=entry.pk)
    # What was confirmed in time stays so.
    with at(acme, entry.expires_at):
        assert not confirm_entry(entry_id=entry.pk)


def test_nobody_is_pestered(acme: World) -> None:
    form, other = a_form(acme, double_opt_in=True), a_form(acme, name="Other", double_opt_in=True)
    for _ in range(2):
        send(acme, form)
    assert len(mails(acme)) == 1
    for number in range(MOST_MAILS + 2):
        send(acme, other, {**WHOLE, "email": "JANE@example.com", "message": str(number)})
    assert len(mails(acme)) == MOST_MAILS
    with at(acme, now() + timedelta(days=1, minutes=1)):
        send_web_form(form_id=form.pk, values=WHOLE)
    assert len(mails(acme)) == MOST_MAILS + 1


def test_whoever_was_blacklisted_meanwhile_becomes_no_lead(acme: World) -> None:
    send(acme, a_form(acme, double_opt_in=True))
    with acme.scope():
        suppress(channel="email", address="jane@example.com")
        assert confirm_entry(entry_id=entries_here())
        assert not leads().exists()


def test_a_known_lead_is_asked_like_a_stranger(acme: World) -> None:
    a_lead(acme, email=JANE["email"])
    send(acme, a_form(acme, double_opt_in=True))
    assert (said(acme), len(mails(acme))) == ([], 1)
    with acme.scope():
        confirm_entry(entry_id=entries_here())
    assert len(said(acme)) == 1


def test_a_wording_of_staff_stays_and_must_be_published(acme: World) -> None:
    with acme.scope():
        define_template(key=TEMPLATE_KEY, name="Ours", channel="email", message_class="transactional")
    with pytest.raises(NothingPublished):
        a_form(acme, double_opt_in=True)


def test_entries_are_forgotten_after_thirty_days(acme: World, rival: World) -> None:
    for world in (acme, rival):
        send(world, a_form(world, double_opt_in=True))
    with at(acme, entries(acme)[0].created_at + KEPT):
        assert forget_entries() == 0
    with at(acme, entries(acme)[0].created_at + KEPT + timedelta(seconds=1)):
        assert forget_entries() == 1
    assert (len(entries(acme)), len(entries(rival))) == (0, 1)


def test_the_nightly_job_forgets_them_in_every_place(acme: World, rival: World) -> None:
    for world in (acme, rival):
        send(world, a_form(world, double_opt_in=True))
        with world.scope():
            WebFormEntry.objects.get_queryset().update(created_at=now() - KEPT - timedelta(seconds=1))
    assert carry_on(run_now("tidy_web_forms").pk)
    assert (entries(acme), entries(rival)) == ([], [])


def test_entries_of_other_places_are_unknown(acme: World, rival: World) -> None:
    send(rival, a_form(rival, double_opt_in=True))
    for unknown in (entries(rival)[0].pk, uuid4()):
        with acme.scope(), pytest.raises(WebFormEntryNotFound):
            confirm_entry(entry_id=unknown)

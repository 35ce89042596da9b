"""A form to start from, and what became of what was sent."""

from typing import Any

from crm.leads.models import Lead, LeadInteraction, WebForm, WebFormEntry
from crm.leads.selectors import leads, web_forms
from crm.leads.services import define_web_form, send_web_form
from crm.messaging.models import Communication
from tests.cast import World

ALL = ["phone", "company", "message"]
JANE = {"name": "Jane Smith", "email": "Jane@example.com"}
WHOLE = {**JANE, "phone": "+35799123456", "company": "Tech Corp", "message": "Ten kilos,\r\nplease."}


def a_form(world: World, **values: Any) -> WebForm:
    with world.scope():
        return define_web_form(**{"name": "Contact", "asks": ALL, **values})


def send(world: World, form: WebForm, values: Any = WHOLE, **options: Any) -> None:
    with world.scope(f"form:{form.pk}"):
        send_web_form(form_id=form.pk, values=values, **options)


def only_lead(world: World) -> Lead:
    with world.scope():
        return leads().get()


def said(world: World) -> list[str]:
    with world.scope():
        return list(LeadInteraction.objects.order_by("id").values_list("notes", flat=True))


def figures(world: World, form: WebForm) -> tuple[int, int, int]:
    with world.scope():
        found = web_forms().get(pk=form.pk)
    return found.sent, found.waiting, found.caught


def mails(world: World) -> list[Communication]:
    with world.scope():
        return list(Communication.objects.order_by("created_at", "id"))


def entries(world: World) -> list[WebFormEntry]:
    with world.scope():
        return list(WebFormEntry.objects.order_by("created_at", "id"))

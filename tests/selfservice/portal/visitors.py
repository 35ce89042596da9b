"""Forms to start from, and those who send them."""

import json
from typing import Any

from django.test import Client

from crm.leads.links import key_of_form
from crm.leads.models import Lead, WebForm, WebFormEntry
from crm.leads.services import define_web_form
from tests.cast import World

BROWSER = Client(raise_request_exception=False)
SHOP = "https://shop.example.com"
JANE = {"name": "Jane Smith", "email": "jane@example.com", "message": "Ten kilos, please."}


def a_form(world: World, **values: Any) -> WebForm:
    with world.scope():
        return define_web_form(**{"name": "Contact", "asks": ["phone", "company", "message"], **values})


def path_of(world: World, form: WebForm) -> str:
    return f"/portal/forms/{key_of_form(world.tenant, form.pk)}"


def script(path: str, body: Any = JANE, **options: Any) -> Any:
    """What a script on a website sends."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return BROWSER.post(path, text, content_type="application/json", **options)


def names(world: World) -> list[str]:
    with world.scope():
        return list(Lead.objects.order_by("id").values_list("name", flat=True))


def caught(world: World) -> int:
    with world.scope():
        return int(WebForm.objects.get().caught)


def only_entry(world: World) -> WebFormEntry:
    with world.scope():
        return WebFormEntry.objects.get()

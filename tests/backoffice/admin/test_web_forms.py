"""Web forms in the back office: written, switched off, and copied into websites."""

from html.parser import HTMLParser
from typing import Any

import pytest

from crm.leads.links import key_of_form
from crm.leads.models import WebForm
from crm.leads.services import define_web_form, send_web_form
from crm.organisations.services import change_staff
from tests.backoffice.admin.forms import errors_of, options_of, send
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.trail import last_event, row_of, staff_actor
from tests.builders import a_campaign
from tests.cast import World

pytestmark = pytest.mark.django_db

LIST, ADD = address("leads.WebForm"), address("leads.WebForm", "add")


def a_form(world: World, **values: Any) -> WebForm:
    with world.scope():
        return define_web_form(**{"name": "Contact", **values})


def page_of(world: World, form: WebForm, role: str = "agent") -> Any:
    return world.browser_of(role).get(address("leads.WebForm", "change", form.pk))


def test_a_form_is_written_and_changed(acme: World, rival: World) -> None:
    browser, campaign, foreign = acme.browser_of("agent"), a_campaign(acme), a_campaign(rival)
    offered = options_of(browser.get(ADD), "campaign")
    assert (str(campaign) in offered, str(foreign) in offered) == (True, False)
    given: Any = {"name": "Contact", "asks": ["phone", "message"], "campaign": str(campaign), "double_opt_in": "on"}
    given |= {"source": "website", "origins": "https://Shop.example.com/\r\n\r\nhttps://b.example"}
    assert browser.post(ADD, given).status_code == 302
    form = row_of(acme, WebForm)
    assert (form.asks, form.campaign_id, form.double_opt_in) == (["phone", "message"], campaign, True)
    assert form.origins == ["https://shop.example.com", "https://b.example"]
    change = address("leads.WebForm", "change", form.pk)
    assert send(browser, change, asks=["company"], thanks="Soon").status_code == 302
    form = row_of(acme, WebForm)
    assert (form.thanks, form.asks, form.origins[0]) == ("Soon", ["company"], "https://shop.example.com")
    event = last_event(acme, "web_form", form.pk)
    assert (event.actor_kind, event.actor_id) == staff_actor(acme, "agent")
    assert set(event.changes) == {"thanks", "asks"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("origins", "shop.example.com"), ("redirect_url", "http://shop.example.com"), ("thanks", "x" * 1_001),
     ("name", "Taken")],
)  # fmt: skip
def test_a_fault_comes_back_at_its_field(acme: World, field: str, value: str) -> None:
    a_form(acme, name="Taken")
    answer = send(acme.browser_of("agent"), ADD, **{"name": "New", field: value})
    assert set(errors_of(answer)) == {field}
    with acme.scope():
        assert WebForm.objects.count() == 1


def test_nobody_asks_what_is_no_question(acme: World) -> None:
    answer = acme.browser_of("agent").post(ADD, {"name": "New", "source": "website", "asks": ["phone", "tax_id"]})
    assert set(errors_of(answer)) == {"asks"}


class Code(HTMLParser):
    """What a browser shows, and so what people copy, of the elements with these ids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.shown: dict[str, str] = {}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = dict(attrs).get("id") or self._inside if tag == "code" else self._inside

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag == "code" else self._inside

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.shown[self._inside] = self.shown.get(self._inside, "") + data


def test_the_page_shows_the_address_and_html_that_can_be_copied(acme: World) -> None:
    form = a_form(acme, name='"><script>x</script>', asks=["message"])
    page = page_of(acme, form).content.decode()
    path = f"/portal/forms/{key_of_form(acme.tenant, form.pk)}"
    assert f'{path}" target="_blank"' in page
    assert "<script>x" not in page
    frame, snippet = Code(page).shown["web-form-frame"], Code(page).shown["web-form-snippet"]
    # The name is escaped once more in what is copied: it is an attribute there.
    assert 'title="&quot;&gt;&lt;script&gt;x&lt;/script&gt;"' in frame
    assert f'action="http://127.0.0.1:8000{path}"' in snippet
    assert [name for name in ("name", "email", "message", "homepage", "phone") if f'name="{name}"' in snippet] == [
        "name", "email", "message", "homepage",
    ]  # fmt: skip


def test_what_is_copied_works(acme: World) -> None:
    """Each field of the copied form is one that the form takes, and the trap is the trap."""
    form = a_form(acme, asks=["phone", "company", "message"])
    snippet = Code(page_of(acme, form).content.decode()).shown["web-form-snippet"]

    class Names(HTMLParser):
        names: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.names += [value for key, value in attrs if key == "name" and value]

    parser = Names()
    parser.feed(snippet)
    assert parser.names == ["name", "email", "phone", "company", "message", "homepage"]


def test_counts_are_shown(acme: World) -> None:
    form = a_form(acme, double_opt_in=True)
    with acme.scope():
        for number in range(3):
            send_web_form(form_id=form.pk, values={"name": "J", "email": f"j{number}@example.com"})
        send_web_form(form_id=form.pk, values={}, trap="x")
    [row] = acme.browser_of("agent").get(LIST).context["cl"].result_list
    assert (row.sent, row.waiting, row.caught) == (3, 3, 1)
    shown = page_of(acme, form).context["web_form"]
    assert (shown.sent, shown.waiting, shown.caught) == (3, 3, 1)


def test_who_may_only_read_is_told_in_words(acme: World) -> None:
    form = a_form(acme, asks=["phone"], origins=["https://shop.example.com"])
    page = page_of(acme, form, "analyst").content.decode()
    for text in ("Phone", "https://shop.example.com", "/portal/forms/"):
        assert text in page
    assert '["phone"]' not in page
    assert 'name="_save"' not in page


def test_a_colleague_who_left_writes_no_form(acme: World) -> None:
    browser = acme.browser_of("agent")
    with acme.scope():
        change_staff(staff_id=acme.staff["agent"].pk, is_active=False)
    assert browser.post(ADD, {"name": "Late"}).status_code == 302
    with acme.scope():
        assert not WebForm.objects.exists()
